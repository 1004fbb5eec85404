// Roles by what they may do at the gateway: the coarse lists. Which step is whose is the standard's word, checked by the desks.

import type { Role } from '../service/standard.js'

/** Everybody who does some step of some standard. */
export const stepRoles: readonly Role[] = [
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
  'stock_officer',
  'ikd_operator',
  'supervisor',
]

/** Whose work is with applicants. The others administer or write about the station and need not see persons. */
export const caseViewers: ReadonlySet<Role> = new Set([...stepRoles, 'auditor'])
