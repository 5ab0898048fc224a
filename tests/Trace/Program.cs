using Doseline.Trace;

// trace                  draws docs/requirements.md and docs/part11.md from the sources
// trace check            says whether they are what the sources say, and whether the last run showed it
// trace check sources    the same without the last run, which had only a part of the tests
return Tracing.Run(Directory.GetCurrentDirectory(), check: args is ["check", ..], results: args is ["check"]);
