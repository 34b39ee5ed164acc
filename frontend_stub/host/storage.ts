// Where a phone keeps what it stores: several phones in one window keep it apart.

/** Return the name under which a phone stores a key. */
export function placeOf(phone: string, key: string): string {
  return `${phone}/${key}`;
}
