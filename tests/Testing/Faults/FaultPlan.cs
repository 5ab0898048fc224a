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
    const double Outage = 0.1;
    const double OutageAgain = 1;
    const string ReadAgain = "read again", PagesCut = "pages cut", Rivals = "rivals", Delayed = "delayed", AnswersLost = "answers lost", Crashes = "crashes", Outages = "outages", OutagesMet = "met somebody away";
    static readonly TimeSpan OutageMin = TimeSpan.FromMinutes(2);
    static readonly TimeSpan DelayMax = TimeSpan.FromMinutes(3);
    static readonly TimeSpan OutageMax = TimeSpan.FromMinutes(8);

    readonly Random random = new(seed);
    readonly Dictionary<string, int> asked = new(StringComparer.Ordinal);
    int crashesLeft = 3;
    int outagesLeft = 2;

    /// <summary>Seed.</summary>
    public int Seed => seed;

    /// <summary>False while nothing may go wrong: before the day begins, and when it is to come to rest.</summary>
    public bool Active { get; set; }

    /// <summary>What went wrong so far, by kind.</summary>
    public Dictionary<string, int> Happened { get; } = new(StringComparer.Ordinal);

    /// <summary>Kinds of what goes wrong, each at least once in a day that is long enough to expect it.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [ReadAgain, PagesCut, Rivals, Delayed, AnswersLost, Crashes, Outages, OutagesMet];

    /// <summary>True when what was read is read again.</summary>
    public bool Repeats() => Happens(ReadAgain, Again);

    /// <summary>How many facts are left of a page that is cut short; null for one that is not.</summary>
    public int? Cuts(int facts) => facts > 1 && Happens(PagesCut, Cut) ? 1 + random.Next(facts - 1) : null;

    /// <summary>True when another reader comes at the same time.</summary>
    public bool HasRival() => Happens(Rivals, Rival);

    /// <summary>How long a log cannot be read; zero for most.</summary>
    public TimeSpan OnTheWay() => Happens(Delayed, Delay) ? DelayMax * random.NextDouble() : TimeSpan.Zero;

    /// <summary>True when the answer to a call that was carried out does not arrive.</summary>
    public bool LosesAnswer() => Happens(AnswersLost, AnswerLost);

    /// <summary>Ends the process here, at times.</summary>
    /// <exception cref="SimulatedCrashException">The process has died.</exception>
    public void MayCrash(string where)
    {
        if (crashesLeft == 0 || !Happens(Crashes, Crash)) return;
        crashesLeft--;
        Count($"crashed {where}");
        throw new SimulatedCrashException(where);
    }

    /// <summary>A service that stops now, and for how long; null for none.</summary>
    public (string Service, TimeSpan Time)? MayStop(IReadOnlyList<string> services)
    {
        // One that nobody has met was none: then the next is not far.
        var unmet = Happened.ContainsKey(Outages) && !Happened.ContainsKey(OutagesMet);
        if ((outagesLeft == 0 && !unmet) || !Happens(Outages, unmet ? OutageAgain : Outage)) return null;
        outagesLeft = Math.Max(0, outagesLeft - 1);
        return (services[random.Next(services.Count)], OutageMin + ((OutageMax - OutageMin) * random.NextDouble()));
    }

    /// <summary>Chooses one of so many.</summary>
    public int Choose(int count) => Active ? random.Next(count) : 0;

    /// <summary>Fills random bits, for identifiers that are the same in every run of the seed.</summary>
    public void Fill(Span<byte> bytes) => random.NextBytes(bytes);

    /// <summary>Says that somebody met a service that was stopped.</summary>
    public void Met() => Count(OutagesMet);

    // What has not happened by when it was to be expected happens then: a day is never spared a kind by chance.
    bool Happens(string kind, double chance)
    {
        if (!Active) return false;
        asked[kind] = asked.GetValueOrDefault(kind) + 1;
        var due = !Happened.ContainsKey(kind) && asked[kind] * chance >= 1;
        if (random.NextDouble() >= chance && !due) return false;
        Count(kind);
        return true;
    }

    void Count(string kind) => Happened[kind] = Happened.GetValueOrDefault(kind) + 1;
}

/// <summary>The process died here: nothing after this point was done, and nothing that was committed is lost.</summary>
public sealed class SimulatedCrashException(string where) : Exception($"The process died {where}.");
