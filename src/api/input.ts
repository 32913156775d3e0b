import { z } from 'zod'
import { AppError } from '#kit/errors.ts'
import { isCleanText } from '#kit/text.ts'
import { refusals } from './refusals.ts'

/** What an endpoint takes that declares nothing: nothing, rather than anything (Q80). */
export const nothing = z.strictObject({})

/** Problems told at once: a body may hold thousands of unknown names. */
const mostProblems = 20

type Problem = { readonly field: string; readonly message: string }

/** What the schema made of the input. Throws `AppError` 400 that names every field that was refused (Q80). */
export function checkInput(schema: z.ZodObject, input: unknown): object {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [status, message] = refusals['api.invalid_input']
  const details = parsed.error.issues.flatMap(problemsOf).slice(0, mostProblems)
  throw new AppError({ code: 'api.invalid_input', status, message, details })
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') {
    return [{ field: fieldName(path), message: issue.message }]
  }
  return issue.keys.map((key) => ({
    field: fieldName([...path, key]),
    message: 'is not a field of this request',
  }))
}

function fieldName(path: readonly string[]): string {
  const name = path.join('.').slice(0, 100)
  return isCleanText(name) ? name : '?'
}
