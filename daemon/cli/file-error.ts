// How a command that works on files says what went wrong with one of them: {code, message}, as scripts read it.

import { isFault } from '../../protocol/fault.js'
import { faultWords } from '../../protocol/fault-words.js'

/** Faults keep their code; what the file system says becomes `input.not_found` or `input.invalid`. Anything else is a bug and is thrown on. */
export function errorOf(error: unknown): { code: string; message: string } {
  if (isFault(error)) {
    const { what, next } = faultWords[error.code]
    const facts = Object.keys(error.context).length === 0 ? '' : ` ${JSON.stringify(error.context)}`
    return { code: error.code, message: `${what.en}${facts}. ${next.en}.` }
  }
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR'
    return { code: missing ? 'input.not_found' : 'input.invalid', message: error.message }
  }
  throw error
}
