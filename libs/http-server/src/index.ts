export { type DescribedAnswer, type DescribedAnswers, json, problems, serverProblems } from './answers.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
export { type FieldError, Problem, type ProblemOptions } from './problem.ts';
export { fieldErrors, paramsValidator } from './validator.ts';
