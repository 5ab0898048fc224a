using Doseline.Trace;

// Writes docs/requirements.md: every row of the contract, the tests that name it, and how they ended in the last run.
return Tracing.Run(args is [var root, ..] ? root : Directory.GetCurrentDirectory());
