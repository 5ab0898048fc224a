using Doseline.Kernel.Ids;
using Doseline.Platform.Actors;
using Doseline.Platform.Actors.Deadlines;
using Doseline.Platform.Data.Writing;
using Doseline.Platform.Messaging;

namespace Doseline.Platform.Data;

/// <summary>What a <see cref="ServiceDb"/> needs beside its options: clock, ids and the request at hand.</summary>
/// <param name="Clock">The platform's clock.</param>
/// <param name="Ids">Makes identifiers.</param>
/// <param name="Request">Request or fact being handled in this scope.</param>
/// <param name="Signals">Wakes the relay after a commit.</param>
/// <param name="Watch">Tells watchers that something was committed.</param>
/// <param name="Kinds">Kinds of actors, whose deadlines follow from their rows.</param>
/// <param name="Board">Takes the deadlines that were set, for a sweep that sleeps.</param>
/// <param name="Gates">Lets one writer at a time into a SQLite file.</param>
/// <param name="Lanes">Looks rows up, and commits what is saved.</param>
/// <param name="Turns">Lets one caller at a time work under a name.</param>
public sealed record DbScope(TimeProvider Clock, IdSource Ids, RequestContext Request, OutboxSignals Signals, WatchSignals Watch, ActorKinds Kinds, DeadlineBoard Board, WriteGates Gates, DataLanes Lanes, NamedTurns Turns);
