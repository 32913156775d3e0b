/** base64url as the library takes it: bytes of their own, not a view into Node's pool. */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'))
}
