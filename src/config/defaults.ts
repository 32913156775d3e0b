import type { DemoConfig, PasswordConfig, StorageConfig } from './config.ts'

/** Every variable of the configuration contract (DESIGN §1) but `NODE_ENV` and `SIGNET_CONFIG`, which choose the sources. */
export const settingNames = [
  'ISSUER',
  'PORT',
  'HOST',
  'TLS_CERT',
  'TLS_KEY',
  'DATABASE_URL',
  'REDIS_URL',
  'SIGNET_DATA_DIR',
  'SIGNET_SECRET',
  'SIGNET_SEED',
  'SMTP_URL',
  'MAIL_FROM',
  'TRUSTED_PROXIES',
  'MANAGEMENT_PORT',
  'OUTBOUND_ALLOW',
  'BREACHED_PASSWORDS_URL',
  'GEOIP_FILE',
  'RISK_ADDRESSES_FILE',
  'RISK_HOOK_URL',
  'WORKERS',
  'LOG_LEVEL',
] as const

export type SettingName = (typeof settingNames)[number]

/** Settings as they stand in the environment: text, not yet checked. */
export type SettingValues = { readonly [Name in SettingName]?: string | undefined }

/** What `config/` says for one environment. */
export type Defaults = {
  /** What the environment and the file may override, in the same words. */
  readonly settings: SettingValues
  /** What is decided here alone. */
  readonly tuning: {
    readonly demo: DemoConfig | undefined
    readonly drain: number
    readonly pool: StorageConfig['pool']
    readonly password: PasswordConfig
  }
}
