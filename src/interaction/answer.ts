import type { Form } from '#http/http.ts'
import { AppError } from '#kit/errors.ts'
import type { Progress } from './interaction.ts'
import type { Visit } from './visit.ts'

/**
 * What a person posts: changes the progress and says nothing of what comes next. It may give what it wrote, which need not be
 * read again then.
 */
export type Answer = (visit: Visit, form: Form) => Promise<Progress | void>

export function unknownAnswer(): AppError {
  return new AppError({
    code: 'interaction.unknown_answer',
    status: 400,
    message: 'That answer is not one of those offered.',
  })
}
