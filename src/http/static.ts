import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Asset } from '#views/assets.ts'

/** A file of ours by its hashed name: never changes, so it is kept for a year (Q70). */
export function sendAsset(asset: Asset, req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('content-type', asset.type)
  res.setHeader('cache-control', 'public, max-age=31536000, immutable')
  res.setHeader('etag', asset.etag)
  res.setHeader('vary', 'accept-encoding')
  if (req.headers['if-none-match'] === asset.etag) {
    res.statusCode = 304
    res.end()
    return
  }
  const { body, encoding } = smallest(asset, req.headers['accept-encoding'] ?? '')
  if (encoding !== undefined) res.setHeader('content-encoding', encoding)
  res.setHeader('content-length', String(body.length))
  res.end(req.method === 'HEAD' ? undefined : body)
}

function smallest(asset: Asset, accepted: string): { body: Buffer; encoding: string | undefined } {
  if (asset.brotli && /\bbr\b/.test(accepted)) return { body: asset.brotli, encoding: 'br' }
  if (asset.gzip && /\bgzip\b/.test(accepted)) return { body: asset.gzip, encoding: 'gzip' }
  return { body: asset.body, encoding: undefined }
}
