import { z } from 'zod'

/**
 * From the mildest to the strictest. `optional`: asked of whoever has set one up. `required`: of everybody. `passkey`: nothing
 * but a passkey will do (Q42).
 */
export const secondFactorRules = ['off', 'optional', 'required', 'passkey'] as const
export type SecondFactorRule = (typeof secondFactorRules)[number]

/** When a tenant asks for a second factor, and of whom. */
export const secondFactorSettings = {
  second_factor: z.enum(secondFactorRules).default('optional'),
  /** By the name of a group. Of all rules that concern somebody the strictest holds. */
  second_factor_by_group: z
    .record(z.string().min(1).max(200), z.enum(secondFactorRules))
    .refine((rules) => Object.keys(rules).length <= 100, { error: 'at most 100 groups' })
    .default({}),
  /** Until then whoever has none yet may put off what is required. */
  second_factor_deadline: z.iso.datetime({ offset: true }).optional(),
  /** A code by mail is a second step, though never a second factor (Q47): it changes no `acr`. */
  email_code_as_second_step: z.boolean().default(false),
  /** How long a device may go without the second step, where its owner wants that; 0: never. */
  trusted_device_days: z.int().min(0).max(90).default(30),
}

type Rules = {
  readonly second_factor: SecondFactorRule
  readonly second_factor_by_group: Readonly<Record<string, SecondFactorRule>>
}

/** What holds for somebody of these groups: the strictest of all rules that concern them. */
export function secondFactorRule(settings: Rules, groups: readonly string[]): SecondFactorRule {
  const rules = groups.map((group) =>
    Object.hasOwn(settings.second_factor_by_group, group)
      ? settings.second_factor_by_group[group]
      : undefined,
  )
  const all = [settings.second_factor, ...rules]
  return secondFactorRules.findLast((rule) => all.includes(rule)) ?? 'off'
}
