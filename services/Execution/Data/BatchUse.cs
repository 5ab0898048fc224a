using System.Text.Json;
using Doseline.Execution.V1;
using MovementKind = Doseline.Execution.Domain.MovementKind;

namespace Doseline.Execution.Data;

/// <summary>What a batch was made with and who worked on it, as its record has it.</summary>
static class BatchUse
{
    /// <summary>Each thing once, in a fixed order.</summary>
    public static IEnumerable<UsedThing> Used(this BatchFile file)
    {
        HashSet<(UsedKind Kind, string Id, string Dose)> used = [(UsedKind.Equipment, file.Batch.HotCellId, "")];
        foreach (var step in file.Steps)
        {
            foreach (var equipment in JsonSerializer.Deserialize<List<string>>(step.EquipmentIds)!) used.Add((UsedKind.Equipment, equipment, ""));
            foreach (var person in new[] { step.StartedBy, step.CompletedBy, step.VerifiedBy }.OfType<string>()) used.Add((UsedKind.Person, person, ""));
        }

        foreach (var movement in file.Movements)
        {
            used.Add((UsedKind.Person, movement.DoneBy, ""));
            if (movement.Kind is not MovementKind.Issued) continue;
            used.Add((UsedKind.Lot, movement.ReferenceId, ""));
            if (movement.MaterialCode.Length > 0) used.Add((UsedKind.Material, movement.MaterialCode, ""));
        }

        // Who filled a dose, and what measured it, touched that dose and no other.
        foreach (var dose in file.Doses.Where(d => d.DispenseTime is not null))
        {
            used.Add((UsedKind.Equipment, dose.InstrumentId, dose.Id));
            used.Add((UsedKind.Person, dose.DispensedBy, dose.Id));
        }

        return used.Where(u => u.Id.Length > 0 && (u.Dose is "" || !used.Contains((u.Kind, u.Id, "")))).OrderBy(u => u.Kind).ThenBy(u => u.Id, StringComparer.Ordinal).ThenBy(u => u.Dose, StringComparer.Ordinal)
            .Select(u => new UsedThing { Kind = u.Kind, Id = u.Id, DoseId = u.Dose });
    }
}
