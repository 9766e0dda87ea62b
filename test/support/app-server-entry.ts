/** A process that is nothing but the app-server: `node --import tsx app-server-entry.ts HOME`. */
import { runAppServer } from '../../adapters/rpc/app-server.ts'

process.exitCode = await runAppServer({
  home: process.argv[2] ?? '',
  index: 'memory',
  profile: '0.142',
  strict: false,
  version: '9.9.9'
})
