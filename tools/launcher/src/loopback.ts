/** What listens on a port of this machine. */
export const loopback = (port: number): string => `http://127.0.0.1:${port}`;
