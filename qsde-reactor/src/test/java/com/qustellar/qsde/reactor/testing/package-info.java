/**
 * What the tests of the engine, and of the programs built on it, stand on: a {@link
 * com.qustellar.qsde.reactor.testing.ScriptedOrigin} that misbehaves on purpose, and the checks
 * that run around every test by themselves ({@link com.qustellar.qsde.reactor.testing.LeakChecks}).
 * Nothing here knows the engine.
 */
package com.qustellar.qsde.reactor.testing;
