namespace Doseline.Kernel.Decay;

/// <summary>One way a nuclide decays.</summary>
/// <param name="Daughter">Symbol of the daughter.</param>
/// <param name="Fraction">Fraction of decays, above 0 and at most 1.</param>
public readonly record struct Branch(string Daughter, double Fraction);
