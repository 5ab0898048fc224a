using System.Globalization;
using FsCheck;
using Microsoft.FSharp.Core;

namespace Doseline.Testing;

/// <summary>Where tests take their chance from: one seed, so that a run that fails fails again, and a tree that passed is not refused by another throw.</summary>
/// <remarks>
/// <c>DOSELINE_SEED</c> names another seed, <c>DOSELINE_CHANCES</c> how many times as much a property tries; <c>tests/long.sh</c> gives both, and prints the seed.
/// </remarks>
public static class Chance
{
    const int SeedDefault = 20260105;

    /// <summary>The seed of this run.</summary>
    public static int Seed { get; } = Number("DOSELINE_SEED", SeedDefault);

    /// <summary>Tries a property with values of this run's seed and throws what breaks it, made as small as can be.</summary>
    /// <param name="property">The property.</param>
    /// <param name="tries">How many values are tried in a short run.</param>
    public static void Holds(this Property property, int tries = 100) => property.Check(Config.QuickThrowOnFailure
        .WithMaxTest(tries * Number("DOSELINE_CHANCES", 1))
        .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd((ulong)Seed), FSharpOption<int>.None))));

    /// <summary>A whole number of the environment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">What holds where there is none.</param>
    public static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
