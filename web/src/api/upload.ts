/** Files on their way to the server: by XMLHttpRequest, which alone tells how far it has come. */
import { data, type Api, type Schemas } from './http';
import { Problem } from './problem';

/** What goes as a form through the functions; larger files are put into the store directly. */
const FORM_BYTES_MAX = 4_500_000;

interface Sent {
  status: number;
  body: string;
  retryAfter: string | null;
}

interface Sending {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: XMLHttpRequestBodyInit;
  progress: (part: number) => void;
  signal: AbortSignal;
}

function send({ method, url, headers, body, progress, signal }: Sending): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser says these itself, and complains when told to.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () =>
      resolve({ status: request.status, body: request.responseText, retryAfter: request.status === 429 ? request.getResponseHeader('Retry-After') : null });
    request.onerror = () => reject(new Problem('network', 0, 'the upload broke off'));
    request.onabort = () => reject(new Problem('aborted', 0, 'the upload was cancelled'));
    request.onloadend = () => signal.removeEventListener('abort', stop);
    if (signal.aborted) return reject(new Problem('aborted', 0, 'the upload was cancelled'));
    signal.addEventListener('abort', stop);
    request.send(body);
  });
}

function refused(sent: Sent): Problem {
  let body: unknown = null;
  try {
    body = JSON.parse(sent.body);
  } catch {
    // Whoever answered was not our API.
  }
  return Problem.of(sent.status, body, sent.retryAfter);
}

async function asForm(api: Api, file: File, key: string, progress: (part: number) => void, signal: AbortSignal) {
  let token = await api.tokens.token();
  for (let round = 0; ; round += 1) {
    const form = new FormData();
    form.append('file', file, file.name);
    const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': key };
    const sent = await send({ method: 'POST', url: `${api.base}/attachments/upload`, headers, body: form, progress, signal });
    if (sent.status < 300) return JSON.parse(sent.body) as Schemas['Attachment'];
    const problem = refused(sent);
    if (problem.code !== 'token_expired' || round > 0) throw problem;
    token = await api.tokens.token(token);
  }
}

/**
 * Uploads a file; `progress` hears 0 to 1. The same `key` again is the same upload. The answer may still be
 * `pending`: then the event `attachment_updated` tells when it has been checked.
 */
export async function upload(
  api: Api,
  file: File,
  key: string,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<Schemas['Attachment']> {
  if (file.size <= FORM_BYTES_MAX) return asForm(api, file, key, progress, signal);
  const announced = await data(
    api.client.POST('/attachments/upload', {
      params: { header: { 'Idempotency-Key': key } },
      body: { filename: file.name, size: file.size, mime_type: file.type || 'application/octet-stream' },
      signal,
    }),
  );
  if (announced.upload) {
    const { method, url, headers } = announced.upload;
    const sent = await send({ method, url, headers, body: file, progress, signal });
    if (sent.status >= 300) throw refused(sent);
  }
  return data(api.client.POST('/attachments/{attachment_id}/complete', { params: { path: { attachment_id: announced.id } }, signal }));
}
