/** Resolves when a consumer is a member of its group. */
export async function joined(notReady: () => string | undefined): Promise<void> {
  while (notReady() !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
}
