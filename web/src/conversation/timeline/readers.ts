/** In a small room: whose reading ends at which line. */
import type { Entry } from './entries';

/** For each line's key the ids of those who have read just to there, with spaces between. */
export function readersOf(entries: readonly Entry[], readUpTo: ReadonlyMap<string, number>, me: string): Map<string, string> {
  const at = new Map<string, string>();
  for (const [user, seq] of readUpTo) {
    if (user === me) continue;
    for (let index = entries.length - 1; index >= 0; index -= 1) {
      const line = entries[index]?.line;
      // Lines of the system have no place for marks.
      if (!line || line.sending !== null || line.message.type === 'system' || line.message.seq > seq) continue;
      // Nobody needs to be told that somebody has read what they wrote themselves.
      if (line.message.sender.id !== user) at.set(line.key, at.has(line.key) ? `${at.get(line.key)} ${user}` : user);
      break;
    }
  }
  return at;
}
