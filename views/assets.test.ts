import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { loadAssets } from './assets.ts'

const assets = await loadAssets()
const files = ['signet.css', 'form.js', 'passkey.js', 'codes.js', 'favicon.svg'] as const

describe('assets', () => {
  for (const file of files) {
    it(`serves ${file} at an address that changes with its content`, () => {
      const [stem, extension] = file.split('.')
      const url = assets.url(file)
      assert.match(url, new RegExp(`^/assets/${stem}\\.[A-Za-z0-9_-]{16}\\.${extension}$`))
      const found = assets.find(url)
      assert.ok(found)
      assert.ok(url.includes(found.etag.replaceAll('"', '')))
    })

    it(`holds ${file} precompressed where that helps, and the same`, () => {
      const found = assets.find(assets.url(file))
      assert.ok(found)
      if (found.brotli) assert.deepEqual(brotliDecompressSync(found.brotli), found.body)
      if (found.gzip) assert.deepEqual(gunzipSync(found.gzip), found.body)
      assert.ok((found.brotli ?? found.body).length <= found.body.length)
    })
  }

  it('knows no other address, whatever it looks like', () => {
    for (const path of ['/assets/signet.css', '/assets/../html.ts', '/assets/', '__proto__', '']) {
      assert.equal(assets.find(path), undefined)
    }
  })

  it('refuses a name that is none', () => {
    assert.throws(() => assets.url('nothing.css'), /nothing\.css/)
  })

  it('stays small, and asks no other host', () => {
    const script = assets.find(assets.url('form.js'))
    const passkey = assets.find(assets.url('passkey.js'))
    const style = assets.find(assets.url('signet.css'))
    assert.ok(script && script.body.length < 1024, 'form.js below 1 kB')
    assert.ok(passkey && passkey.body.length < 3 * 1024, 'passkey.js below 3 kB')
    assert.ok(style?.brotli && style.brotli.length < 6 * 1024, 'signet.css below 6 kB compressed')
    for (const { body } of [style, script, passkey])
      assert.doesNotMatch(body.toString(), /url\(|import[ (]|https?:/)
  })
})
