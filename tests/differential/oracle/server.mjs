// Reads JSON lists of `policycc simulate` lines, one list a line, and answers with one JSON list of decisions each.
// A request that @cloud-copilot/iam-simulate cannot express is answered by null, one that it refuses by "error: ...".
//
// Its public `runUnsafeSimulation` leaves session and endpoint policies out, and its public `runSimulation` drops context
// keys by its own catalogue; so the engine below both is called, which takes the request as it is.
import { createInterface } from 'node:readline'
import { loadPolicy } from '@cloud-copilot/iam-policy'

const engine = (path) => import(new URL(`node_modules/@cloud-copilot/iam-simulate/dist/esm/${path}`, import.meta.url))
const { authorize } = await engine('core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await engine('request/request.js')
const { RequestContextImpl } = await engine('requestContext.js')
const { DiscoveryContextKeyConstraints } = await engine('context_keys/discoveryContextKeyConstraints.js')

const DECISIONS = {
  Allowed: 'allowed',
  ImplicitlyDenied: 'implicitly-denied',
  ExplicitlyDenied: 'explicitly-denied'
}
const SIMULATION = {
  simulationMode: 'Strict',
  discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([])
}
// Every resource carries this one, which cannot be detached:
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
const RCP_FULL_ACCESS = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }]
}

const loaded = (policy, index) => loadPolicy(policy, { name: `p${index}` })
const all = (policies) => policies?.map(loaded)
const levels = (tree, always) =>
  (tree ?? []).map((policies, index) => ({
    orgIdentifier: `level-${index}`,
    policies: [...always, ...policies].map(loaded)
  }))

function oneSessionPolicy(policies) {
  if (!policies?.length) return undefined
  const [first] = policies
  if (policies.some((policy) => policy.Version !== first.Version)) return null
  return { ...first, Statement: policies.flatMap((policy) => [policy.Statement].flat()) }
}

function decide(line) {
  const sessionPolicy = oneSessionPolicy(line.sessionPolicies)
  if (sessionPolicy === null || Array.isArray(line.resource)) return null
  const owner = line.resourceAccount || line.resource.split(':')[4] || line.principal.split(':')[4]
  const { result } = authorize({
    request: new AwsRequestImpl(
      line.principal,
      { resource: line.resource, accountId: owner },
      line.action,
      new RequestContextImpl(line.context ?? {}),
      line.resource === '*'
    ),
    sessionPolicy: sessionPolicy && loaded(sessionPolicy, 0),
    identityPolicies: all(line.identityPolicies ?? []),
    serviceControlPolicies: levels(line.serviceControlPolicies, []),
    resourceControlPolicies: levels(line.resourceControlPolicies, [RCP_FULL_ACCESS]),
    resourcePolicy: line.resourcePolicy ? loaded(line.resourcePolicy, 0) : undefined,
    permissionBoundaries: line.permissionsBoundary ? all([line.permissionsBoundary]) : undefined,
    vpcEndpointPolicies: line.vpcEndpointPolicies ? all(line.vpcEndpointPolicies) : undefined,
    simulationParameters: SIMULATION
  })
  return DECISIONS[result] ?? `error: ${JSON.stringify(result)}`
}

for await (const text of createInterface({ input: process.stdin })) {
  const answers = JSON.parse(text).map((line) => {
    try {
      return decide(line)
    } catch (error) {
      return `error: ${error.message}`
    }
  })
  process.stdout.write(JSON.stringify(answers) + '\n')
}
