// Small forests and their text as OpenCV's FileStorage writes NIST's: YAML 1.0, three spaces a level, splits broken at 80 columns.

export interface ForestNode {
  readonly class: 0 | 1
  readonly split?: {
    readonly feature: number
    readonly limit: number
    /** Written as `gt`: larger values lead to the first. */
    readonly isGreater: boolean
    readonly first: ForestNode
    readonly second: ForestNode
  }
}

export function randomTree(random: () => number, depth: number): ForestNode {
  const vote = random() < 0.5 ? 0 : 1
  if (depth === 0 || random() < 0.15) return { class: vote }
  const feature = Math.floor(69 * random())
  const split = { feature, limit: Math.fround(200 * random() - 50), isGreater: random() < 0.1 }
  return { class: vote, split: { ...split, first: randomTree(random, depth - 1), second: randomTree(random, depth - 1) } }
}

/** By the nodes themselves, for comparison. */
export const votesOf = (trees: readonly ForestNode[], features: Float64Array): number =>
  trees.reduce<number>((votes, tree) => votes + voteOf(tree, features), 0)

function voteOf(node: ForestNode, features: Float64Array): number {
  if (!node.split) return node.class
  const { feature, limit, isGreater, first, second } = node.split
  return voteOf(Math.fround(features[feature]!) > limit === isGreater ? first : second, features)
}

export function forestText(trees: readonly ForestNode[]): string {
  const lines = ['%YAML:1.0', '---', 'my_random_trees:']
  const add = (level: number, text: string) => lines.push(`${' '.repeat(3 * level)}${text}`)
  const facts = ['nclasses: 2', 'nsamples: 3500', 'nactive_vars: 8', 'oob_error: 0.', `ntrees: ${trees.length}`]
  for (const fact of [...facts, 'is_classifier: 1', 'var_all: 69', 'var_count: 69', 'ord_var_count: 69', 'cat_var_count: 1']) add(1, fact)
  add(1, 'training_params:')
  for (const fact of ['use_surrogates: 0', 'max_categories: 2', 'max_depth: 25', 'priors: !!opencv-matrix']) add(2, fact)
  for (const fact of ['rows: 1', 'cols: 2', 'dt: d', 'data: [ 1., 1. ]']) add(3, fact)
  add(1, `var_type: [ ${Array.from({ length: 40 }, () => 0).join(', ')},`)
  add(3, `${Array.from({ length: 30 }, () => 0).join(', ')} ]`)
  add(1, 'trees:')
  for (const tree of trees) {
    add(2, '-')
    add(3, 'best_tree_idx: -1')
    add(3, 'nodes:')
    addNode(tree, 0, add)
  }
  return `${lines.join('\n')}\n`
}

function addNode(node: ForestNode, depth: number, add: (level: number, text: string) => void): void {
  add(4, '-')
  add(5, `depth: ${depth}`)
  for (const fact of ['sample_count: 1200', `value: ${node.class}.`, `norm_class_idx: ${node.class}`, 'Tn: 0', 'complexity: 0'])
    add(5, fact)
  for (const fact of ['alpha: 0.', 'node_risk: 12.', 'tree_risk: 0.', 'tree_error: 0.']) add(5, fact)
  if (!node.split) return
  const { feature, limit, isGreater, first, second } = node.split
  add(5, 'splits:')
  add(6, `- { var:${feature}, quality:4.4326904296875000e+02,`)
  add(7, `${isGreater ? 'gt' : 'le'}:${limit.toExponential(16)} }`)
  addNode(first, depth + 1, add)
  addNode(second, depth + 1, add)
}
