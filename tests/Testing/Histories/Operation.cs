namespace Doseline.Testing.Histories;

/// <summary>A call of one client as that client saw it.</summary>
/// <param name="Input">What was asked.</param>
/// <param name="Output">What was answered; null when no answer came, so that nobody knows whether it had an effect.</param>
/// <param name="Invoked">When it began, in ticks of any clock that all clients share.</param>
/// <param name="Returned">When its answer was there, by the same clock; not looked at without an answer.</param>
public sealed record Operation<TInput, TOutput>(TInput Input, TOutput? Output, long Invoked, long Returned) where TOutput : class;
