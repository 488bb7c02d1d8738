/** What is done to messages: shown at once, and taken back if the server refuses. */
import { data } from '../api/http';
import { Problem } from '../api/problem';
import type { Message, Room } from './contract';
import type { Core } from './core';
import { History } from './history.svelte';
import { reacted, tombstone } from './messages';
import { RoomManage } from './room_manage';

/** A deleted message can be taken back for so long. */
const UNDO_MS = 5000;

export abstract class RoomMessages extends RoomManage {
  readonly messages: History;
  #refetching = new Map<string, ReturnType<typeof setTimeout>>();
  /** Deletions that can still be undone, and how to do them now. */
  #deleting = new Map<string, () => void>();

  constructor(core: Core, id: string) {
    super(core, id);
    this.messages = new History({
      me: core.me.id,
      person: (userId) => {
        const person = core.people.get(userId);
        if (!person) return undefined;
        const { id, username, display_name, avatar_url, deactivated } = person;
        return { id, username, display_name, avatar_url, deactivated };
      },
      refetch: (messageId) => this.refetch(messageId),
    });
  }

  abstract readonly room: Room;

  /** Fetches one message anew, soon: several reasons are one request. */
  refetch(messageId: string): void {
    clearTimeout(this.#refetching.get(messageId));
    const timer = setTimeout(() => {
      this.#refetching.delete(messageId);
      void this.fetchMessage(messageId).catch(() => undefined);
    }, 500);
    this.#refetching.set(messageId, timer);
  }

  /** Fetches a message and takes it over; it is placed if its place is held. */
  async fetchMessage(messageId: string): Promise<Message | null> {
    const unchanged = this.#watch(messageId);
    try {
      const message = await data(this.client.GET('/messages/{message_id}', { params: { path: { message_id: messageId } } }));
      this.core.people.saw(message.sender);
      if (unchanged()) this.messages.found(message);
      this.core.touch(this.id);
      return message;
    } catch (error) {
      const { code } = Problem.wrap(error);
      if (code !== 'message_deleted' && code !== 'not_found') throw error;
      const line = this.messages.held.get(messageId);
      if (line && !line.message.deleted) line.message = tombstone(line.message, '', new Date().toISOString());
      return null;
    }
  }

  async edit(message: Message, content: string): Promise<void> {
    const params = { path: { message_id: message.id } };
    const back = this.#show(message.id, (held) => ({ ...held, content, content_html: null }));
    const unchanged = this.#watch(message.id);
    try {
      const edited = await data(this.client.PUT('/messages/{message_id}', { params, body: { content } }));
      if (unchanged()) this.messages.found(edited);
    } catch (error) {
      back();
      throw error;
    }
  }

  remove(message: Message): { undo(): void } {
    const line = this.messages.held.get(message.id);
    const back = this.#show(message.id, (held) => tombstone(held, this.core.me.id, new Date().toISOString()));
    const run = () => {
      clearTimeout(timer);
      this.#deleting.delete(message.id);
      const params = { path: { message_id: message.id } };
      // Also when the page goes.
      data(this.client.DELETE('/messages/{message_id}', { params, keepalive: true })).catch((error: unknown) => {
        back();
        if (line) line.failure = Problem.wrap(error).title;
      });
    };
    const timer = setTimeout(run, UNDO_MS);
    this.#deleting.set(message.id, run);
    return {
      undo: () => {
        if (!this.#deleting.delete(message.id)) return;
        clearTimeout(timer);
        back();
      },
    };
  }

  /** Does what waits for an undo: the page goes. */
  settle(): void {
    for (const run of [...this.#deleting.values()]) run();
  }

  async react(message: Message, emoji: string): Promise<void> {
    await this.#react(message, emoji, true);
  }

  async unreact(message: Message, emoji: string): Promise<void> {
    await this.#react(message, emoji, false);
  }

  async pin(message: Message): Promise<void> {
    await this.#pin(message, true);
  }

  async unpin(message: Message): Promise<void> {
    await this.#pin(message, false);
  }

  async #react(message: Message, emoji: string, added: boolean): Promise<void> {
    const { id: userId } = this.core.me;
    const mine = this.messages.held.get(message.id)?.message.reactions.find((one) => one.emoji === emoji)?.me ?? false;
    if (mine === added) return;
    const change = (yes: boolean) => (held: Message) =>
      reacted(held, { emoji, userId, user: this.core.me, count: null, added: yes }, userId);
    this.#show(message.id, change(added));
    const path = { message_id: message.id };
    const unchanged = this.#watch(message.id);
    try {
      const answer = added
        ? await data(this.client.POST('/messages/{message_id}/reactions', { params: { path }, body: { emoji } }))
        : await data(this.client.DELETE('/messages/{message_id}/reactions/{emoji}', { params: { path: { ...path, emoji } } }));
      if (unchanged()) this.#show(message.id, (held) => ({ ...held, reactions: answer.reactions }));
    } catch (error) {
      const gone = !added && Problem.wrap(error).code === 'reaction_not_found';
      if (gone) return;
      this.#show(message.id, change(!added));
      throw error;
    }
  }

  async #pin(message: Message, pinned: boolean): Promise<void> {
    const back = this.#show(message.id, (held) => ({ ...held, pinned }));
    const params = { path: { ...this.path, message_id: message.id } };
    try {
      if (pinned) await data(this.client.PUT('/rooms/{room_id}/pins/{message_id}', { params }));
      else await data(this.client.DELETE('/rooms/{room_id}/pins/{message_id}', { params }));
    } catch (error) {
      back();
      throw error;
    }
  }

  /**
   * Tells afterwards whether the message is as it was, but for what is done here. If an event has changed it meanwhile,
   * nobody knows whether the answer is older or newer: it is asked for again.
   */
  #watch(messageId: string): () => boolean {
    const before = this.messages.held.get(messageId)?.changedBy;
    return () => {
      const now = this.messages.held.get(messageId)?.changedBy;
      if (before === undefined || now === undefined || now === before) return true;
      this.refetch(messageId);
      return false;
    };
  }

  /** Shows a change; the answer takes it back, unless something newer has come meanwhile. */
  #show(messageId: string, change: (held: Message) => Message): () => void {
    const line = this.messages.held.get(messageId);
    if (!line) return () => undefined;
    const before = line.message;
    const after = change(before);
    line.message = after;
    return () => {
      if (line.message === after) line.message = before;
      else this.refetch(messageId);
    };
  }
}
