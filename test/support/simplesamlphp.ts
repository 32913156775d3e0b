import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, supervise, temporaryFolder, type TestServer } from './servers.ts'

/** SimpleSAMLphp as a SAML 2.0 identity provider, from Debian's package, under PHP's own server. */
export type SimpleSaml = TestServer & {
  readonly entityId: string
  readonly metadataUrl: string
  /** Where a sign-in begins over there (IdP-initiated). */
  ssoUrl(spEntityId: string): string
  /** Makes these the service providers it knows, by entityID: SimpleSAMLphp's own options, read with each request. */
  trust(serviceProviders: Readonly<Record<string, object>>): void
  /** Says in its metadata that it takes requests so, and in no other way. */
  takeRequestsBy(binding: 'redirect' | 'post'): void
  /** Where a sign-out begins over there, of everything this browser is signed in to. */
  readonly sloUrl: string
  /** And where it ends. */
  readonly leftUrl: string
}

export const simpleSamlPerson = {
  username: 'ada',
  password: 'secret',
  attributes: {
    uid: ['ada'],
    mail: ['ada@acme.test'],
    displayName: ['Ada Lovelace'],
    groups: ['staff', 'engineers'],
  },
} as const

const installed = '/usr/share/simplesamlphp/www'

export function hasSimpleSaml(): boolean {
  return existsSync(join(installed, 'saml2/idp/SSOService.php')) && existsSync('/usr/bin/php')
}

/** Undefined when it is not installed. */
export async function startSimpleSaml(): Promise<SimpleSaml | undefined> {
  if (!hasSimpleSaml()) return undefined
  const dir = temporaryFolder({})
  const port = await freePort()
  const base = `http://127.0.0.1:${port}/simplesaml`
  const entityId = `http://127.0.0.1:${port}/idp`
  const metadataUrl = `${base}/saml2/idp/metadata.php`
  for (const folder of ['cert', 'metadata', 'log', 'data', 'tmp', 'config'])
    mkdirSync(join(dir, folder))
  makeKeyPair(join(dir, 'cert'))
  const trust: SimpleSaml['trust'] = (sps) =>
    writeFileSync(join(dir, 'sps.json'), JSON.stringify(sps))
  trust({})
  for (const [name, text] of Object.entries(filesOf(dir, base)))
    writeFileSync(join(dir, name), text)
  const host = (sso: readonly string[]) =>
    writeFileSync(join(dir, 'metadata/saml20-idp-hosted.php'), hosted(entityId, sso))
  host(bindings)

  const server = await supervise({
    dir,
    command: '/usr/bin/php',
    // without its cache, which sees a changed file only after two seconds
    args: ['-d', 'opcache.enable=0', '-S', `127.0.0.1:${port}`, join(dir, 'router.php')],
    owner: {},
    env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: join(dir, 'config') },
    url: base,
    signal: 'SIGKILL',
    ready: () => answers(metadataUrl),
  })
  const ssoUrl = (sp: string) =>
    `${base}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(sp)}`
  const takeRequestsBy: SimpleSaml['takeRequestsBy'] = (binding) =>
    host(bindings.filter((one) => one.endsWith(binding === 'post' ? 'POST' : 'Redirect')))
  const leftUrl = `${metadataUrl}?output=xhtml`
  const sloUrl = `${base}/saml2/idp/SingleLogoutService.php?ReturnTo=${encodeURIComponent(leftUrl)}`
  return { ...server, entityId, metadataUrl, ssoUrl, sloUrl, leftUrl, trust, takeRequestsBy }
}

function makeKeyPair(dir: string): void {
  const names = ['-keyout', join(dir, 'idp.key'), '-out', join(dir, 'idp.crt')]
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=idp']
  execFileSync('openssl', ['req', ...kind, ...names], { stdio: 'ignore' })
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined)
  return answer?.ok === true
}

/** The names it knows people by, of the same kind each time. */
export const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

const bindings = [
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
]

function filesOf(dir: string, base: string): Readonly<Record<string, string>> {
  const { username, password, attributes } = simpleSamlPerson
  return {
    'router.php': router,
    'config/config.php': php('config', {
      baseurlpath: `${base}/`,
      certdir: `${dir}/cert/`,
      loggingdir: `${dir}/log/`,
      datadir: `${dir}/data/`,
      tempdir: `${dir}/tmp`,
      metadatadir: `${dir}/metadata`,
      'metadata.sources': [{ type: 'flatfile' }],
      secretsalt: 'of a throwaway',
      'auth.adminpassword': 'of a throwaway',
      timezone: 'UTC',
      'enable.saml20-idp': true,
      'module.enable': { exampleauth: true, core: true, saml: true },
      'store.type': 'sql',
      'store.sql.dsn': `sqlite:${dir}/data/store.sqlite`,
      'session.cookie.secure': false,
      'logging.handler': 'file',
      showerrors: true,
      errorreporting: false,
    }),
    'config/authsources.php': php('config', {
      example: { 0: 'exampleauth:UserPass', [`${username}:${password}`]: attributes },
    }),
    'metadata/saml20-sp-remote.php': `<?php $metadata = json_decode(file_get_contents('${dir}/sps.json'), true);`,
  }
}

function hosted(entityId: string, sso: readonly string[]): string {
  return php('metadata', {
    [entityId]: {
      host: '__DEFAULT__',
      privatekey: 'idp.key',
      certificate: 'idp.crt',
      auth: 'example',
      SingleSignOnServiceBinding: sso,
      SingleLogoutServiceBinding: bindings,
      authproc: {
        3: { class: 'saml:AttributeNameID', attribute: 'uid', Format: persistent },
      },
      'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    },
  })
}

function php(variable: string, value: object): string {
  const json = JSON.stringify(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  return `<?php $${variable} = json_decode('${json}', true);`
}

/** `/simplesaml/<script>.php/<path info>` and its resources, as the package's web server would map them. */
const router = `<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$kinds = ['js' => 'text/javascript', 'css' => 'text/css', 'png' => 'image/png', 'ico' => 'image/x-icon'];
if (preg_match('#^/simplesaml(/resources/[a-z0-9/._-]+\\.(js|css|png|ico))$#i', $path, $match)
  && !str_contains($path, '..') && is_file('${installed}' . $match[1])) {
  header('Content-Type: ' . $kinds[$match[2]]);
  readfile('${installed}' . $match[1]);
  return;
}
$script = preg_match('#^/simplesaml(/[^.]*\\.php)(/.*)?$#', $path, $match) ? '${installed}' . $match[1] : '';
if (!is_file($script)) {
  http_response_code(404);
  return;
}
$_SERVER['SCRIPT_NAME'] = '/simplesaml' . $match[1];
$_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $script;
unset($_SERVER['PATH_INFO']);
if (isset($match[2])) $_SERVER['PATH_INFO'] = $match[2];
chdir(dirname($script));
require $script;
`
