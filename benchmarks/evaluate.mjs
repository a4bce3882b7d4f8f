// Times @cloud-copilot/iam-simulate on the requests that benchmarks/evaluate.py writes, in a process of its own.
// Usage: node evaluate.mjs FOLDER_OF_NODE_MODULES < workload.json
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const folder = pathToFileURL(`${process.argv[2]}/`)
const load = (path) => import(new URL(`@cloud-copilot/${path}`, folder))
const { runUnsafeSimulation } = await load('iam-simulate/dist/esm/index.js')
const { authorize } = await load('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await load('iam-simulate/dist/esm/request/request.js')
const { RequestContextImpl } = await load('iam-simulate/dist/esm/requestContext.js')
const { DiscoveryContextKeyConstraints } = await load(
  'iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js'
)
const { loadPolicy } = await load('iam-policy/dist/esm/index.js')

const { policies, requests, seconds } = JSON.parse(readFileSync(0, 'utf8'))
const named = policies.map((policy, index) => ({ name: `p${index}`, policy }))
const loaded = named.map(({ name, policy }) => loadPolicy(policy, { name }))
const simulationParameters = {
  simulationMode: 'Strict',
  discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([])
}

const owner = (request) => request.resource.split(':')[4] || request.principal.split(':')[4]

const unvalidated = (request) =>
  runUnsafeSimulation(
    {
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: owner(request) },
        contextVariables: request.context
      },
      identityPolicies: named,
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )

const loadedOnce = (request) =>
  authorize({
    request: new AwsRequestImpl(
      request.principal,
      { resource: request.resource, accountId: owner(request) },
      request.action,
      new RequestContextImpl(request.context)
    ),
    identityPolicies: loaded,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    simulationParameters
  }).result

function measure(decide) {
  for (let index = 0; index < 200; index++) decide(requests[index % requests.length])
  const started = performance.now()
  let done = 0
  while (performance.now() - started < seconds * 1000) decide(requests[done++ % requests.length])
  return done / ((performance.now() - started) / 1000)
}

const allowed = requests.filter((request) => loadedOnce(request) === 'Allowed').length
const same = requests.slice(0, 50).every((request) => unvalidated(request) === loadedOnce(request))
console.log(JSON.stringify({ unvalidated: measure(unvalidated), loadedOnce: measure(loadedOnce), allowed, same }))
