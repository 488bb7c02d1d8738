import { getContext, setContext } from 'svelte';
import type { Chat } from '../model/contract';

const key = Symbol('chat');

/** Hands the chat of whoever is signed in to everything below. */
export function provideChat(chat: Chat): void {
  setContext(key, chat);
}

/** The chat; only below the Frame. It stays the same even while signing out tears things down. */
export function useChat(): Chat {
  return getContext<Chat>(key);
}
