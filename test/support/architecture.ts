import { posix } from 'node:path'

/**
 * The law of the house as code: given the files, it names what breaks it. Reads text, resolves nothing on the disk, and
 * so can be tried on small made-up houses (`test/architecture.test.ts`).
 */
export type SourceFile = { readonly path: string; readonly text: string }

/** The line of order: imports only point left. `views` stands outside, a leaf. */
export const orderLine: readonly string[] =
  'kit config telemetry storage http mail audit key tenant client session consent account login federation oidc interaction portal console api developers demo commands'.split(
    ' ',
  )

type Exception = {
  /** Who may: globs of paths. */
  readonly from: readonly string[]
  /** May import this: globs of paths. */
  readonly to: readonly string[]
  readonly because: string
}

/** Every way into a room but through its door `<room>.ts`. */
export const sideDoors: readonly Exception[] = [
  {
    from: ['src/**'],
    to: ['src/kit/*.ts'],
    because: 'a box of tools without a domain word: each is taken by its name',
  },
  {
    from: ['src/**'],
    to: ['src/http/*.ts'],
    because: 'the frame around every page: its parts are plumbing, taken by name like those of kit',
  },
  {
    from: ['src/**'],
    to: ['src/telemetry/request-context.ts'],
    because: 'the one ambient thing there is: the id of the request a line of the log belongs to',
  },
  {
    from: ['src/**/postgres*.ts', 'src/**/redis*.ts'],
    to: ['src/storage/*.ts'],
    because: 'stores are where SQL and Redis commands are written; they work with the connections',
  },
  {
    from: ['src/config/*.ts', 'config/*.ts'],
    to: ['src/config/defaults.ts', 'config/*.ts'],
    because:
      'config/ at the root is this room: the defaults of each environment, where operators look',
  },
  {
    from: ['src/*.ts'],
    to: ['**'],
    because: 'the composition: it builds what the rooms only name',
  },
  {
    from: ['**/*.test.ts', '**/*.contract.ts', 'test/**', 'bench/**', '.ci/**'],
    to: ['**'],
    because: 'a test composes what it tries; the line of order holds for it all the same',
  },
]

/** Where each library lives, so that it can be replaced there. What is not named here has no home yet. */
export const homes: Readonly<Record<string, readonly string[]>> = {
  '@electric-sql/pglite': ['src/storage/**'],
  '@koa/router': [
    'src/*.ts',
    'src/tenant/**',
    'src/interaction/**',
    'src/demo/**',
    'src/portal/**',
    'src/api/**',
    faces(),
  ],
  '@peculiar/x509': ['src/federation/saml/**', 'src/demo/**'],
  '@simplewebauthn/server': ['src/login/passkey/**'],
  '@xmldom/xmldom': ['src/federation/saml/**'],
  argon2: ['src/login/password/**'],
  bcryptjs: ['src/login/password/**'],
  commander: ['src/commands/**'],
  ioredis: ['src/storage/**', 'src/**/redis*.ts'],
  jose: ['src/key/**', 'src/oidc/**', 'src/federation/**', 'src/demo/**'],
  knex: ['src/storage/**', 'src/**/postgres*.ts', 'migrations/*'],
  koa: [
    'src/*.ts',
    'src/http/**',
    'src/oidc/**',
    'src/interaction/**',
    'src/demo/**',
    'src/portal/**',
    'src/api/**',
    faces(),
  ],
  'koa-body': ['src/http/**'],
  'mmdb-lib': ['src/session/geoip.ts'],
  nodemailer: ['src/mail/**'],
  'oidc-provider': ['src/oidc/**'],
  'openid-client': ['src/federation/oidc/**', 'src/demo/**'],
  otplib: ['src/login/totp/**'],
  pg: ['src/storage/**'],
  pino: ['src/telemetry/**'],
  'pino-pretty': ['src/telemetry/**'],
  'prom-client': ['src/telemetry/**'],
  'rate-limiter-flexible': ['src/login/throttle/**'],
  'reflect-metadata': ['src/federation/saml/**', 'src/demo/**'],
  samlify: ['src/federation/saml/**'],
  'xml-crypto': ['src/federation/saml/**'],
  uqr: ['src/login/totp/**'],
  zod: ['src/**'],
}

/** The pages a room has, wherever it stands. */
function faces(): string {
  return 'src/**/{login,portal,console,api}.ts'
}

/** Names that say nothing: whatever lies behind them belongs elsewhere. */
const emptyNames = /^(?:index|utils?|helpers?|common|shared|manager|misc|types?)$/

/** Files that read the environment of the process. */
const readsEnvironment = [
  'src/main.ts',
  'src/runtime.ts',
  'src/process.ts',
  'test/**',
  'bench/**',
  '**/*.test.ts',
]

type Import = { readonly from: string; readonly specifier: string; readonly to: string | undefined }

/** What breaks the law, a sentence each; none when all is well. */
export function violationsOf(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => [
    ...nameViolations(file.path),
    ...textViolations(file),
    ...importsOf(file).flatMap((one) => importViolations(one)),
  ])
}

function importViolations(one: Import): readonly string[] {
  const { from, specifier, to } = one
  if (specifier.startsWith('node:')) return []
  if (to === undefined) return homelessness(from, specifier)
  const broken = brokenRule(from, to)
  return broken === undefined ? [] : [`${from} imports ${to}: ${broken}`]
}

function brokenRule(from: string, to: string): string | undefined {
  if (matches(from, ['test/**', 'bench/**', '.ci/**'])) return undefined
  const isTest = isTestCode(from)
  if (!isTest && isTestCode(to)) return 'only tests import tests'
  if (isTest && to.startsWith('test/')) return undefined
  if (from.startsWith('views/')) return to.startsWith('views/') ? undefined : 'views are a leaf'
  if (to.startsWith('views/')) return viewRule(from)
  return roomRule(from, to)
}

function viewRule(from: string): string | undefined {
  const isWorking = matches(from, ['src/**/{service,postgres,redis,memory}.ts'])
  return isWorking ? 'a use case or a store knows no page' : undefined
}

function roomRule(from: string, to: string): string | undefined {
  const [here, there] = [roomOf(from), roomOf(to)]
  if (from.startsWith('migrations/')) return 'a migration stands alone: it outlives the code'
  if (here === composition) return undefined
  if (there === composition) return 'rooms do not know what composes them'
  if (here === there) return innerRule(from, to)
  if (orderLine.indexOf(there) > orderLine.indexOf(here))
    return `${there} stands to the right of ${here}: declare a port, app.ts passes it`
  if (isDoor(to) || isExcepted(from, to)) return undefined
  return `that is not the door of ${there}`
}

/** Inside a room its folders are rooms again: one sees what encloses it, and the doors of its neighbours. */
function innerRule(from: string, to: string): string | undefined {
  const [home, target] = [posix.dirname(from), posix.dirname(to)]
  const isEnclosing = `${home}/`.startsWith(`${target}/`)
  const isEnclosed = `${target}/`.startsWith(`${home}/`)
  if (isEnclosing || isEnclosed || isDoor(to) || isExcepted(from, to)) return undefined
  return `that is not the door of ${target}`
}

const composition = 'src/*.ts'

function roomOf(path: string): string {
  const [top = '', room = ''] = path.split('/')
  if (top !== 'src') return top
  return room.endsWith('.ts') ? composition : room
}

function isDoor(path: string): boolean {
  return posix.basename(path, '.ts') === posix.basename(posix.dirname(path))
}

function isExcepted(from: string, to: string): boolean {
  return sideDoors.some((door) => matches(from, door.from) && matches(to, door.to))
}

function isTestCode(path: string): boolean {
  return matches(path, ['**/*.test.ts', '**/*.contract.ts', 'test/**'])
}

function homelessness(from: string, specifier: string): readonly string[] {
  if (matches(from, ['test/**', 'bench/**', '**/*.test.ts', '**/*.contract.ts'])) return []
  const library = packageOf(specifier)
  const home = homes[library]
  if (home === undefined) return [`${from} imports ${library}, which has no home yet`]
  return matches(from, home) ? [] : [`${from} imports ${library}, whose home is ${home.join(', ')}`]
}

/** Name of the package a bare specifier leads into. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function nameViolations(path: string): readonly string[] {
  if (!matches(path, ['{src,views,migrations,config,test,bench}/**'])) return []
  const parts = path.replace(/\.[a-z]+$/, '').split('/')
  const empty = parts.filter((part) => emptyNames.test(part))
  const crooked = parts.filter((part) => !/^[a-z0-9_]+(?:[-.][a-z0-9_]+)*$/.test(part))
  const room = roomOf(path)
  const isHomeless =
    path.startsWith('src/') && room !== composition && !orderLine.includes(room) && isCode(path)
  return [
    ...empty.map((part) => `${path}: ${part} is no name for a room or a file`),
    ...crooked.map((part) => `${path}: ${part} is not kebab-case`),
    ...(isHomeless ? [`${path}: the room ${room} has no place in the line of order`] : []),
  ]
}

function isCode(path: string): boolean {
  return path.endsWith('.ts')
}

/** Folders of a person's or a machine's own, in a file that everybody gets. */
const machinePath = /(?<![\w.#:/-])\/(?:home|root|Users|work)\/[\w.-]+/

function textViolations({ path, text }: SourceFile): readonly string[] {
  const isBarrel = isCode(path) && !isDoor(path) && /^export \* from/m.test(text)
  const reads = isCode(path) && /\bprocess\.env\b/.test(text) && !matches(path, readsEnvironment)
  const machine = machinePath.exec(text)
  return [
    ...(isBarrel ? [`${path}: a barrel hides where things are`] : []),
    ...(reads ? [`${path}: reads the environment, which is the configuration's alone`] : []),
    ...(machine ? [`${path}: names a path of one machine, ${machine[0]}`] : []),
  ]
}

/** Its imports, types included: a knot of types is a knot. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  if (!isCode(path)) return []
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'/gm),
    ...text.matchAll(/^import '([^']+)'/gm),
    ...text.matchAll(/\bimport\('([^']+)'\)/g),
  ].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => ({ from: path, specifier, to: targetOf(path, specifier) }))
}

function targetOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  if (!specifier.startsWith('#')) return undefined
  const path = specifier.slice(1)
  return /^(?:views|migrations|test)\//.test(path) ? path : `src/${path}`
}

function matches(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => posix.matchesGlob(path, glob))
}
