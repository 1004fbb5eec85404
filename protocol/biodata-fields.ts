// The values of the registry that may be corrected at the counter: by name on the wire, and where each stands in the data of a person.

export const biodataFields = {
  name: 'name',
  birth_place: 'birthPlace',
  birth_date: 'birthDate',
  sex: 'sex',
  blood_group: 'bloodGroup',
  address: 'address',
  religion: 'religion',
  marital_status: 'maritalStatus',
  occupation: 'occupation',
} as const

/** As `CorrectBiodata.field` names it. */
export type BiodataField = keyof typeof biodataFields
