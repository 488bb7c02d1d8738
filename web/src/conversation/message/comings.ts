/** Several people who came and went, in one sentence. */
import { m } from '../../messages/messages.js';
import type { CompactUser, Line } from '../../model/contract';

/** So many are named; of more than these the first two and how many others. */
const NAMED_MAX = 3;

type Kind = 'joined' | 'added' | 'left';

function people(names: readonly string[]): string {
  const shown = names.length > NAMED_MAX ? [...names.slice(0, NAMED_MAX - 1), m.conversation_people_others({ n: names.length - NAMED_MAX + 1 })] : names;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : m.conversation_people_and({ list: shown.slice(0, -1).join(', '), last });
}

function words(kind: Kind, names: readonly string[]): string {
  const one = names.length === 1;
  if (kind === 'joined') return one ? m.conversation_system_joined({ actor: people(names) }) : m.conversation_system_joined_many({ people: people(names) });
  if (kind === 'left') return one ? m.conversation_system_left({ actor: people(names) }) : m.conversation_system_left_many({ people: people(names) });
  return one ? m.conversation_system_added_one({ subject: people(names) }) : m.conversation_system_added_many({ people: people(names) });
}

/** `Ada, Grace and 3 others joined · Alan left`: each person once in each part. */
export function comingsAndGoings(lines: readonly Line[], nameOf: (user: CompactUser) => string): string {
  const parts = new Map<Kind, Map<string, string>>();
  for (const { message } of lines) {
    if (!message.system) continue;
    const { kind, actor, subject } = message.system;
    const part = kind === 'joined' || kind === 'added' ? kind : 'left';
    const who = part === 'added' ? (subject ?? actor) : actor;
    const names = parts.get(part) ?? new Map<string, string>();
    parts.set(part, names.set(who.id, nameOf(who)));
  }
  return [...parts].map(([kind, names]) => words(kind, [...names.values()])).join(' · ');
}
