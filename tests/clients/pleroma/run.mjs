// Drives Parlance with masto.js, a published client of this API: every call of the chats, and live updates.
// PARLANCE_URL is where the stack is; PARLANCE_ALICE, PARLANCE_BOB and PARLANCE_PASSWORD are two accounts.
import assert from "node:assert/strict";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const url = process.env.PARLANCE_URL;
const password = process.env.PARLANCE_PASSWORD;
const DEADLINE_MS = 60_000;

setTimeout(() => {
  console.error("no end within a minute");
  process.exit(1);
}, DEADLINE_MS).unref();

const done = (what) => console.log(`ok: ${what}`);

/** Signs in: an app, a token, a client. */
async function signIn(username) {
  const anybody = createRestAPIClient({ url });
  const app = await anybody.v1.apps.create({
    clientName: "Parlance's proof",
    redirectUris: "urn:ietf:wg:oauth:2.0:oob",
    scopes: "read write",
  });
  const oauth = createOAuthAPIClient({ url });
  const token = await oauth.token.create({
    grantType: "password",
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    scope: "read write",
    username,
    password,
  });
  assert.ok(token.scope.split(" ").includes("write"), token.scope);
  const instance = await anybody.v2.instance.fetch();
  const streamingApiUrl = instance.configuration.urls.streaming;
  const rest = createRestAPIClient({ url, accessToken: token.accessToken });
  const open = () => createStreamingAPIClient({ streamingApiUrl, accessToken: token.accessToken });
  const account = await rest.v1.accounts.verifyCredentials();
  assert.equal(account.username, username);
  return { rest, open, account, chats: rest.v1.pleroma.chats };
}

/** Collects what comes over a subscription, and waits for what is wanted. */
function inbox(subscription) {
  const seen = [];
  let wake = () => {};
  (async () => {
    for await (const event of subscription) {
      seen.push(event);
      wake();
    }
  })().catch((error) => {
    console.error("the stream broke:", error);
    process.exit(1);
  });
  return async (what, wanted) => {
    for (;;) {
      const at = seen.findIndex(wanted);
      if (at >= 0) return seen.splice(at, 1)[0];
      await new Promise((resolve, reject) => {
        wake = resolve;
        setTimeout(() => reject(new Error(`no ${what}; seen: ${JSON.stringify(seen)}`)), 15_000).unref();
      });
    }
  };
}

async function refused(status, message, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.statusCode, status, String(error));
    assert.match(error.message, message);
    return true;
  });
}

const [alice, bob] = await Promise.all([
  signIn(process.env.PARLANCE_ALICE),
  signIn(process.env.PARLANCE_BOB),
]);
done("apps, sign-in by password, both instances' documents, verify_credentials");

const [found] = await alice.rest.v1.accounts.search.list({ q: process.env.PARLANCE_BOB });
assert.equal(found.id, bob.account.id);
assert.equal((await alice.rest.v1.accounts.$select(found.id).fetch()).acct, found.acct);
done("accounts are found");

const open = () => alice.chats.$select("by-account-id").$select(found.id).create();
const chat = await open();
assert.equal(chat.account.id, bob.account.id);
assert.deepEqual([chat.unread, chat.lastMessage], [0, null]);
assert.equal((await open()).id, chat.id);
assert.equal((await bob.chats.$select("by-account-id").$select(alice.account.id).create()).id, chat.id);
done("one chat, whoever opens it");

// Live: by the chats' own stream, by all of a user's, and by notifications.
const [aliceLive, bobLive] = [alice.open(), bob.open()];
const aliceHears = inbox(aliceLive.user.pleromaChat.subscribe());
const bobHears = inbox(bobLive.user.subscribe());
const bobNoticed = inbox(bobLive.user.notification.subscribe());

// The back-off sleeps before the first connection: say something until both have heard it.
const mine = alice.chats.$select(chat.id);
const theirs = bob.chats.$select(chat.id);
await new Promise((resolve) => setTimeout(resolve, 3_000));

const key = { requestInit: { headers: { "Idempotency-Key": "proof-1" } } };
const first = await mine.messages.create({ content: "Hello <b>Bob</b>\nsee https://example.org" }, key);
assert.equal(first.accountId, alice.account.id);
assert.equal(first.chatId, chat.id);
assert.match(first.content, /^Hello &lt;b&gt;Bob&lt;\/b&gt;<br>see <a href="https:\/\/example\.org"/);
assert.match(first.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
assert.equal(first.unread, false);
assert.equal(first.idempotencyKey, "proof-1");
const again = await mine.messages.create({ content: "Hello <b>Bob</b>\nsee https://example.org" }, key);
assert.equal(again.id, first.id);
done("a message, and its repeat by key");

const isUpdate = (id) => (event) => event.event === "pleroma:chat_update" && event.payload.lastMessage?.id === id;
const own = await aliceHears("update of one's own message", isUpdate(first.id));
assert.deepEqual(own.stream, ["user:pleroma_chat"]);
assert.equal(own.payload.account.id, bob.account.id);
const heard = await bobHears("update of the other's message", isUpdate(first.id));
assert.deepEqual(heard.stream, ["user"]);
assert.deepEqual([heard.payload.id, heard.payload.unread], [chat.id, 1]);
assert.equal(heard.payload.account.id, alice.account.id);
assert.equal(heard.payload.lastMessage.unread, true);
const isNotice = (event) => event.event === "notification" && event.payload.chatMessage.id === first.id;
const noticed = await bobNoticed("notification", isNotice);
assert.equal(noticed.payload.type, "pleroma:chat_mention");
assert.equal(noticed.payload.account.id, alice.account.id);
await bobHears("notification on the whole stream", isNotice);
done("live updates to both, and a notification");

const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const file = new File([Buffer.from(DOT, "base64")], "dot.png", { type: "image/png" });
for (const version of ["v1", "v2"]) {
  const media = await alice.rest[version].media.create({ file });
  assert.ok(media.id && media.url, JSON.stringify(media));
  const sent = await mine.messages.create({ mediaId: media.id });
  assert.equal(sent.content, null);
  assert.equal(sent.attachment.id, media.id);
  assert.deepEqual([sent.attachment.type, sent.attachment.pleroma.mimeType], ["image", "image/png"]);
  const heard = await bobHears("update with a file", isUpdate(sent.id));
  const bytes = await fetch(heard.payload.lastMessage.attachment.url);
  assert.deepEqual([bytes.status, bytes.headers.get("content-type")], [200, "image/png"]);
}
done("files, by both versions, opened by the other one's address");

const reply = await theirs.messages.create({ content: "Hello Alice" });
await aliceHears("the answer", isUpdate(reply.id));
for (let number = 1; number <= 5; number++) {
  await theirs.messages.create({ content: `number ${number}` });
}
const walked = [];
for await (const page of mine.messages.list({ limit: 2 })) {
  assert.ok(page.length <= 2);
  walked.push(...page.map((message) => message.id));
}
assert.equal(walked.length, 9);
assert.deepEqual(walked, [...walked].sort().reverse(), "newest first, and ids sort by age");
const since = await mine.messages.list({ sinceId: reply.id, limit: 2 });
assert.deepEqual(since.map((m) => m.content), ["number 5", "number 4"]);
const min = await mine.messages.list({ minId: reply.id, limit: 2 });
assert.deepEqual(min.map((m) => m.content), ["number 2", "number 1"]);
done("the history, page by page");

for (const list of [await alice.rest.v1.pleroma.chats.list(), await alice.rest.v2.pleroma.chats.list({ withMuted: true })]) {
  assert.deepEqual(list.map((one) => [one.id, one.unread]), [[chat.id, 6]]);
  assert.equal(list[0].lastMessage.content, "number 5");
}
assert.equal((await mine.fetch()).unread, 6);
const one = await mine.messages.$select(reply.id).read();
assert.deepEqual([one.id, one.unread], [reply.id, false]);
assert.equal((await mine.fetch()).unread, 5);
const some = await mine.read({ lastReadId: since[1].id });
assert.equal(some.unread, 1);
assert.equal((await mine.read()).unread, 0);
done("lists, and reading: a message, up to one, all");

const notices = await bob.rest.v1.notifications.list({ includeTypes: ["pleroma:chat_mention"] });
assert.ok(notices.length >= 1 && notices.every((one) => one.type === "pleroma:chat_mention"));
assert.equal((await bob.rest.v1.notifications.list()).length, notices.length);
assert.deepEqual(await bob.rest.v1.notifications.list({ excludeTypes: ["pleroma:chat_mention"] }), []);
assert.deepEqual(await bob.rest.v1.notifications.list({ types: ["mention"] }), []);
done("notifications by type");

const last = await mine.messages.create({ content: "a mistake" });
await bobHears("the mistake", isUpdate(last.id));
await refused(400, /could_not_delete/, () => theirs.messages.$select(last.id).remove());
assert.equal((await mine.messages.$select(last.id).remove()).id, last.id);
const fifth = (event) => event.event === "pleroma:chat_update" && event.payload.lastMessage?.content === "number 5";
await bobHears("the chat without it", fifth);
assert.ok((await theirs.messages.list()).every((message) => message.id !== last.id));
await refused(400, /could_not_delete/, () => mine.messages.$select(last.id).remove());
done("a deletion, for both");

await refused(400, /no_content/, () => mine.messages.create({}));
await refused(400, /content_too_long/, () => mine.messages.create({ content: "x".repeat(10_001) }));
await refused(404, /Record not found/, () => alice.chats.$select(found.id).fetch());
await refused(404, /Record not found/, () => alice.chats.$select("by-account-id").$select(chat.id).create());
await refused(422, /pinned/, () => mine.pin());
assert.equal((await mine.unpin()).pinned, false);
const nobody = createRestAPIClient({ url, accessToken: "none" });
await refused(403, /Invalid credentials\./, async () => await nobody.v1.pleroma.chats.list());
done("refusals are exceptions with a message");

assert.equal((await mine.remove()).id, chat.id);
assert.deepEqual(await alice.rest.v1.pleroma.chats.list(), []);
await theirs.messages.create({ content: "are you there?" });
await aliceHears("a message in a chat that was put away", (event) => event.payload.lastMessage?.content === "are you there?");
assert.equal((await alice.rest.v1.pleroma.chats.list())[0].id, chat.id);
done("a chat that was put away comes back with a message");

aliceLive.close();
bobLive.close();
done("the end");
process.exit(0);
