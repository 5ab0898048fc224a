BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Doseline.Benchmarks.DecayBenchmarks).Assembly).Run(args);
