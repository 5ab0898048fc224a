namespace Doseline.Testing.Faults;

/// <summary>What goes wrong and when, drawn from a seed: the same seed over the same work gives the same faults.</summary>
/// <param name="seed">Printed by a failing test, to be played again.</param>
public sealed class FaultPlan(int seed)
{
    // Chances are per opportunity. They make a small day meet every kind of fault several times, and still end.
    const double Again = 0.1;
    const double Delay = 0.1;
    const double Cut = 0.2;
    const double Rival = 0.1;
    const double AnswerLost = 0.02;
    const double Crash = 0.01;
    const double Outage = 0.04;
    static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(3);
    static readonly TimeSpan OutageMax = TimeSpan.FromMinutes(8);

    readonly Random random = new(seed);
    int crashesLeft = 3;
    int outagesLeft = 2;

    /// <summary>Seed.</summary>
    public int Seed => seed;

    /// <summary>False while nothing may go wrong: before the day begins, and when it is to come to rest.</summary>
    public bool Active { get; set; }

    /// <summary>What went wrong so far, by kind.</summary>
    public Dictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    /// <summary>True when what was read is read again.</summary>
    public bool Repeats() => Happens("read again", Again);

    /// <summary>How many facts are left of a page that is cut short; null for one that is not.</summary>
    public int? Cuts(int facts) => facts > 1 && Happens("pages cut", Cut) ? 1 + random.Next(facts - 1) : null;

    /// <summary>True when another reader comes at the same time.</summary>
    public bool HasRival() => Happens("rivals", Rival);

    /// <summary>How long a log cannot be read; zero for most.</summary>
    public TimeSpan OnTheWay() => Happens("delayed", Delay) ? DelayMax * random.NextDouble() : TimeSpan.Zero;

    /// <summary>True when the answer to a call that was carried out does not arrive.</summary>
    public bool LosesAnswer() => Happens("answers lost", AnswerLost);

    /// <summary>Ends the process here, at times.</summary>
    /// <exception cref="SimulatedCrashException">The process has died.</exception>
    public void MayCrash(string where)
    {
        if (crashesLeft == 0 || !Happens($"crashes {where}", Crash)) return;
        crashesLeft--;
        throw new SimulatedCrashException(where);
    }

    /// <summary>A service that stops now, and for how long; null for none.</summary>
    public (string Service, TimeSpan Time)? MayStop(IReadOnlyList<string> services)
    {
        if (outagesLeft == 0 || !Happens("outages", Outage)) return null;
        outagesLeft--;
        return (services[random.Next(services.Count)], OutageMax * random.NextDouble());
    }

    /// <summary>Chooses one of so many.</summary>
    public int Choose(int count) => Active ? random.Next(count) : 0;

    /// <summary>Fills random bits, for identifiers that are the same in every run of the seed.</summary>
    public void Fill(Span<byte> bytes) => random.NextBytes(bytes);

    bool Happens(string kind, double chance)
    {
        if (!Active || random.NextDouble() >= chance) return false;
        Happened[kind] = Happened.GetValueOrDefault(kind) + 1;
        return true;
    }
}

/// <summary>The process died here: nothing after this point was done, and nothing that was committed is lost.</summary>
public sealed class SimulatedCrashException(string where) : Exception($"The process died {where}.");
