using System.Diagnostics.CodeAnalysis;

namespace Doseline.Kernel.Rules;

/// <summary>What a pure rule decided: a value, or every reason it refused.</summary>
/// <typeparam name="T">What an accepting rule hands on.</typeparam>
public sealed record Decision<T>
{
    /// <summary>The accepted value; default when refused.</summary>
    public T? Value { get; private init; }

    /// <summary>Every reason found, so that a caller can mend them all at once; empty when accepted.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }

    /// <summary>True when the rule said yes.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool Accepted => Refusals.Count == 0;

    /// <summary>Accepts.</summary>
    public static implicit operator Decision<T>(T value) => new() { Value = value, Refusals = [] };

    /// <summary>Refuses for one reason.</summary>
    public static implicit operator Decision<T>(Refusal refusal) => new() { Refusals = [refusal] };

    /// <summary>Refuses for many reasons.</summary>
    public static implicit operator Decision<T>(List<Refusal> refusals) =>
        refusals is [] ? throw new ArgumentException("A refusal needs a reason.", nameof(refusals)) : new() { Refusals = refusals };

    /// <summary>The value, or a <see cref="RefusedException"/> that the RPC layer turns into a status.</summary>
    /// <exception cref="RefusedException">The rule refused.</exception>
    public T OrThrow() => Accepted ? Value : throw new RefusedException(Refusals);

    /// <summary>The value; when refused, adds the reasons to <paramref name="refusals"/> and returns default, so that a caller can go on collecting.</summary>
    public T? OrAdd(List<Refusal> refusals)
    {
        refusals.AddRange(Refusals);
        return Value;
    }
}

/// <summary>Carries refusals from a handler to the RPC layer.</summary>
public sealed class RefusedException : Exception
{
    /// <summary>Refuses for the given reasons, at least one.</summary>
    public RefusedException(IReadOnlyList<Refusal> refusals) : base(refusals[0].Message) => Refusals = refusals;

    /// <summary>Refuses for one reason.</summary>
    public RefusedException(Refusal refusal) : this([refusal])
    {
    }

    /// <summary>Reasons, at least one.</summary>
    public IReadOnlyList<Refusal> Refusals { get; }
}
