// Node's soap package. stdin: {"wsdl": URL, "calls": [{"operation", "arguments"}]}; stdout: answers as JSON.
// argv[2]: the folder that make services installed it into.
const { createRequire } = require('module')
const soap = createRequire(process.argv[2] + '/')('soap')
const job = JSON.parse(require('fs').readFileSync(0, 'utf8'))

function refused (error) {
  if (!error.root) throw error
  const fault = error.root.Envelope.Body.Fault
  return { code: fault.faultcode, string: fault.faultstring, detail: fault.detail }
}

async function main () {
  const client = await soap.createClientAsync(job.wsdl)
  const answers = []
  for (const call of job.calls) {
    try {
      const [reply] = await client[call.operation + 'Async'](call.arguments)
      answers.push({ reply })
    } catch (error) {
      answers.push({ fault: refused(error) })
    }
  }
  process.stdout.write(JSON.stringify(answers))
}

main().catch(error => { console.error(error); process.exit(1) })
