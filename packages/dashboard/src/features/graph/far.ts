/** Below this zoom no text can be read: cards are blocks of colour then, which a browser draws by the thousand. */
const FAR_ZOOM = 0.22;

/** Whether the view of a React Flow store is from so far. Pure. */
export const isFar = ({ transform }: { transform: [x: number, y: number, zoom: number] }): boolean =>
  transform[2] < FAR_ZOOM;
