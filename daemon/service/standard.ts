// A service standard as data: an office's published promise. Steps, papers, roles, norms and clocks come from here, never from code.

import { z } from 'zod'
import { Fault } from '../../protocol/fault.js'

/** What the station can do for a step; a standard chooses and orders them. */
export const stepKinds = [
  'take_ticket',
  'examine',
  'registry_check',
  'capture',
  'send',
  'receipt',
  'encode',
  'print',
  'hand_over',
  'acknowledge',
  'archive',
] as const
export type StepKind = (typeof stepKinds)[number]

export const roles = [
  'information_desk',
  'counter_officer',
  'village_register_officer',
  'recording_operator',
  'print_operator',
  'encode_operator',
  'register_officer',
  'distribution_officer',
  'archive_officer',
  'section_head',
  'division_head',
  'office_head',
  'policy_analyst',
  'stock_officer',
  'ikd_operator',
  'complaint_secretariat',
  'ppid_officer',
  'database_admin',
  'supervisor',
  'auditor',
  'ci',
] as const
export type Role = (typeof roles)[number]

const words = z.strictObject({ id: z.string().min(1), en: z.string().min(1) })
const norm = z.strictObject({
  value: z.number().positive(),
  unit: z.enum(['second', 'minute', 'hour', 'working_day']),
  bound: z.enum(['max', 'min', 'nominal']),
})

const step = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  kind: z.enum(stepKinds),
  label: words,
  role: z.array(z.enum(roles)).min(1),
  norm: norm.nullable(),
  /** Only entered when this holds; skipped otherwise. */
  when: z.enum(['central.print_ready', 'central.not_print_ready']).optional(),
  gate: z.enum(['central.print_ready']).optional(),
  onReject: z.array(z.string()).default([]),
  sourceClause: z.string().optional(),
})

const requirement = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: words,
  kind: z.enum(['copy', 'original', 'certificate', 'letter', 'statement', 'contact']),
  mandatory: z.boolean(),
  sourceClause: z.string().optional(),
})

const schema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9.-]*$/),
  version: z.number().int().positive(),
  office: z.string(),
  timezone: z.enum(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']),
  title: words,
  decree: z.string().nullable(),
  legalBasis: z.array(z.string()),
  fee: z.literal('none'),
  requirements: z.array(requirement),
  steps: z.array(step).min(1),
  sla: z
    .strictObject({
      value: z.number().positive(),
      unit: z.enum(['minute', 'hour', 'working_day']),
      bound: z.enum(['max', 'min', 'nominal']),
      start: z.string(),
      stop: z.string(),
    })
    .nullable(),
  statedTotal: norm.nullable(),
  outputs: z.array(z.string()),
  complaintChannels: z.array(z.string()),
  sourceClauses: z.array(z.string()),
})

export type ServiceStandard = z.infer<typeof schema>
export type Step = ServiceStandard['steps'][number]

/** @throws Fault `standard.invalid` naming the field */
export function parseStandard(json: unknown, path: string): ServiceStandard {
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    throw new Fault('standard.invalid', { path, field: first?.path.join('.') ?? '', reason: first?.message ?? '' })
  }
  const ids = new Set<string>()
  for (const { id } of parsed.data.steps) {
    if (ids.has(id)) throw new Fault('standard.invalid', { path, field: `steps.${id}`, reason: 'step id used twice' })
    ids.add(id)
  }
  return parsed.data
}

const unitMs = { second: 1_000, minute: 60_000, hour: 3_600_000, working_day: 86_400_000 } as const

/** Milliseconds of a norm, 0 when the standard sets none. Working days are counted by the calendar, here only for display. */
export function normMs(of: Step): number {
  return of.norm ? of.norm.value * unitMs[of.norm.unit] : 0
}

/** Things that are odd in a published text but never forbid its use. */
export function standardWarnings(standard: ServiceStandard): readonly string[] {
  const warnings: string[] = []
  if (standard.decree === null) warnings.push('no decree number')
  const sumMs = standard.steps.reduce((sum, each) => sum + normMs(each), 0)
  if (standard.statedTotal && sumMs !== standard.statedTotal.value * unitMs[standard.statedTotal.unit]) {
    warnings.push(`steps add up to ${sumMs / 60_000} min, stated total differs`)
  }
  for (const each of standard.steps) if (!each.norm) warnings.push(`step ${each.id} has no norm`)
  return warnings
}
