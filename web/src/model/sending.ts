/** How a message of the outbox is sent, and what its failures mean. */
import { data, type Api } from '../api/http';
import { Problem } from '../api/problem';
import type { Item, SendFailure } from '../client';
import type { Message } from './contract';
import type { Outgoing } from './core';

export function sendMessage(api: Api, item: Item<Outgoing>): Promise<Message> {
  const { content, attachments, parent, replyTo } = item.body;
  const answered = replyTo ?? parent;
  const body = {
    content,
    attachments: attachments.map((one) => one.id),
    client_id: item.clientId,
    ...(answered !== null && { parent_message_id: answered }),
  };
  return data(api.client.POST('/rooms/{room_id}/messages', { params: { path: { room_id: item.room } }, body }));
}

export function sendFailure(error: unknown): SendFailure {
  const { code, detail, status, temporary, retryAfter } = Problem.wrap(error);
  // Signed out in the middle of it: the message waits for the same user to come back.
  return { code, detail, temporary: temporary || status === 401, retryAfter, everywhere: status === 429 };
}
