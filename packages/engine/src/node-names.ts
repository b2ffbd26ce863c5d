// The name of a task is the path to its node: `fix#2/files[3]/lint` is the node `lint` in item 3 of the map `files`, in round 2 of the loop `fix`.

/** The ids of the nodes on the way to a task, the workflow's own one first. Pure. */
export const nodePath = (name: string): string[] => name.split('/').map((part) => part.replace(/(\[\d+\]|#\d+)$/, ''));

/** The node of the workflow that a task belongs to: `files` for `files[2]/lint`. Pure. */
export const ownNodeOf = (name: string): string => nodePath(name)[0] ?? name;
