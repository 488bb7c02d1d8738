/** Where the reader was in each room, for as long as the page lives: coming back shows the same lines. */

export interface Place {
  key: string;
  /** Pixels of its row under the upper edge. */
  under: number;
}

/** Rooms remembered; the oldest are forgotten. */
const PLACES_MAX = 50;
const places = new Map<string, Place>();

export function placeOf(id: string): Place | undefined {
  return places.get(id);
}

/** Null: at the end, nothing to come back to. */
export function keepPlace(id: string, place: Place | null): void {
  places.delete(id);
  if (place) places.set(id, place);
  const [oldest] = places.keys();
  if (places.size > PLACES_MAX && oldest) places.delete(oldest);
}
