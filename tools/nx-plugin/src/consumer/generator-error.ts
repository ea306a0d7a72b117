/** Something that the user can mend: Nx prints the message alone, since it offers a stack trace only where there is one. */
export class GeneratorError extends Error {
  override readonly name = 'GeneratorError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    delete this.stack;
  }
}
