/**
 * What this server refuses because it only keeps threads: it runs no model and no commands.
 */
import { invalidRequest, type RpcError } from './errors.ts'

/** A method that needs a model. */
export const noModel = (method: string): RpcError =>
  invalidRequest(`${method} needs a model, and this server runs none`)

/** A method that would start a process. */
export const noCommands = (method: string): RpcError =>
  invalidRequest(`${method} runs a command, and this server runs none`)
