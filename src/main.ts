#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'

// Both before anything else is loaded: two fifths of a start are compiling, and the thread pool is sized only once.
enableCompileCache()
// Hashing takes a thread a core at most; names, files and RSA signatures must find others free (F15).
process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 6)

const { runProcess } = await import('./process.ts')
await runProcess()
