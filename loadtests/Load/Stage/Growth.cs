namespace Doseline.Load.Stage;

/// <summary>What databases that years have filled hold more.</summary>
/// <param name="Orders">Past orders, with their reservations and their copies in Shipping.</param>
/// <param name="Audit">Audit rows of Orders and Execution, half each, with their leaves.</param>
/// <param name="Dormant">Planned doses with all that hangs on them.</param>
sealed record Growth(int Orders, long Audit, int Dormant);
