/** A process that is nothing but the app-server: `node --import tsx app-server-entry.ts HOME [STARTUP [STORE]]`. */
import { runAppServer, type Startup } from '../../adapters/rpc/app-server.ts'

const [home = '', startup = 'all', store] = process.argv.slice(2)
process.exitCode = await runAppServer({
  home,
  index: 'memory',
  profile: '0.142',
  strict: false,
  startup: startup as Startup,
  version: '9.9.9',
  ...(store === undefined ? {} : { store })
})
