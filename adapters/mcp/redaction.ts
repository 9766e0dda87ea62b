/** Taking secrets out of what agents are told. */
import { withoutSecrets } from '../../domain/thread/items/redact.ts'

export const redacted = (text: string): string => withoutSecrets(text)
