import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { eventsOfLine } from '../domain/analytics/envelope.ts'
import { compareAnalytics } from '../domain/analytics/compare.ts'
import { contractOf } from '../domain/analytics/vocabulary.ts'
import { engineOver } from './support/engine-over.ts'
import { jsonlStore } from '../adapters/jsonl/store.ts'
import { eraOf } from '../domain/profile.ts'
const LEDGER='test/fixtures/ledger/'
const only=process.argv[2]; const verbose=process.argv[3]
const agg=new Map<string,{n:number,ex:string[]}>()
const eqs=new Map<string,number>()
for (const run of readdirSync(LEDGER)) {
  if (only && !run.includes(only)) continue
  const {codex}=JSON.parse(readFileSync(LEDGER+run+'/truth.json','utf8'))
  const contract=contractOf(codex)
  const cap=readFileSync(LEDGER+run+'/analytics.jsonl','utf8').split('\n').filter(l=>l!=='').flatMap((l:string)=>{const e:any=eventsOfLine(l);return E.isRight(e)?e.right as any[]:[]})
  const home=LEDGER+run+'/home'; const profile=eraOf('0.169',false)
  const engine=engineOver(home,{profile,store:jsonlStore({home,profile,strict:false})})
  const res:any=await engine.analytics({contract})()
  if (E.isLeft(res)) { console.log(run,'LEFT',JSON.stringify(res.left)); continue }
  const made:any[]=[]
  for await (const e of res.right) made.push(e.payload)
  const c=compareAnalytics(cap,made,contract,[])
  for (const ev of c.events) {
    if (ev.fields.length===0) { const k=`${contract} ${ev.eventType} [${ev.verdict}]`; const a=agg.get(k)??{n:0,ex:[]}; a.n++; a.ex.push(run+JSON.stringify(ev.ids).slice(0,150)); agg.set(k,a) }
    for (const f of ev.fields) { const kk=`${contract} ${ev.eventType}.${f.field}`; if(f.verdict==='equal'){eqs.set(kk,(eqs.get(kk)??0)+1);continue} const a=agg.get(kk)??{n:0,ex:[]}; a.n++; a.ex.push(`${run}: ${JSON.stringify(f.captured)} / ${JSON.stringify(f.reconstructed)}`); agg.set(kk,a) }
  }
  await engine.close?.()
}
const skip=/runtime_(os|arch)|runtime_os_version|client_(name|version)$|rpc_transport|experimental_api|_sampling|sampling_|tool_blocking|compaction_ms|tools_change/
for (const [k,a] of [...agg].sort()) if(!skip.test(k)) console.log(`${k}: differ ${a.n}, equal ${eqs.get(k)??0} | ${[...new Set(a.ex)].slice(0,verbose?40:3).join(' ; ').slice(0,verbose?6000:330)}`)
