using System.Reflection;
using System.Text.RegularExpressions;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Testing;
using Google.Protobuf.Reflection;

namespace Doseline.Tidy.Tests;

/// <summary>There is one model of status; whoever owns one moves it along the table, and everybody else keeps the owner's word.</summary>
public sealed partial class StatusTests
{
    // What a room keeps apart is made of the status by one function (Segregation.ClassOf), with what is worked on and thrown away beside it.
    const string Class = "StatusClass";

    // Rows that keep what the owner said of its dose or lot; a fact sets them.
    static readonly string[] Copies = ["Execution.DoseRow.Disposition", "Execution.LotRow.Status", "Labeling.DoseRow.Disposition", "Shipping.DoseHintRow.Disposition"];

    static readonly string[] Owners = ["Inventory.LotRow.Status", "Quality.DoseRow.State"];

    [Fact]
    [Requirement("A142")]
    public void No_service_has_a_status_model_of_its_own() => Repository.Sources("services")
        .SelectMany(source => Enums().Matches(source.Text).Where(found => StatusWords().Matches(found.Groups[2].Value).Select(word => word.Value).Distinct(StringComparer.Ordinal).Count() > 1))
        .Select(found => found.Groups[1].Value).ShouldBe([nameof(QualityStatus), Class], ignoreOrder: true);

    [Fact]
    [Requirement("A142")]
    public void No_service_spells_a_status_itself()
    {
        string[] tables = ["services/Kernel/Rules/StatusModel.cs", "services/Inventory/Domain/Segregation.cs"];
        Repository.Sources("services").Where(source => !tables.Contains(source.Path, StringComparer.Ordinal) && Spelled().IsMatch(source.Text)).Select(source => source.Path).ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A142")]
    public void On_the_wire_the_model_is_the_same()
    {
        var disposition = Quality.V1.EventsReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(Disposition)).Values;
        disposition.ToDictionary(v => v.Number, v => v.Name["DISPOSITION_".Length..]).ShouldBe(
            Enum.GetValues<QualityStatus>().ToDictionary(s => (int)s, s => s is QualityStatus.None ? "UNSPECIFIED" : StatusModel.Name(s)), ignoreOrder: true);
        foreach (var status in Enum.GetValues<QualityStatus>()) status.ToDisposition().ToStatus().ShouldBe(status);
        ((Disposition)1000).ToStatus().ShouldBe(QualityStatus.None);

        var lots = LotsReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(LotStatus)).Values.Where(v => v.Number > 0).ToList();
        foreach (var value in lots)
        {
            StatusModel.Name(((LotStatus)value.Number).ToStatus()).ShouldBe(value.Name["LOT_STATUS_".Length..]);
            ((LotStatus)value.Number).ToStatus().ToLotStatus().ShouldBe((LotStatus)value.Number);
        }

        // What a lot can be, the wire can say.
        var possible = StatusModel.Transitions.Where(t => t.Key.Holder is StatusHolder.Lot).SelectMany(t => new[] { t.Key.From, t.Value }).Distinct();
        possible.ShouldBe(lots.Select(value => ((LotStatus)value.Number).ToStatus()), ignoreOrder: true);
        ContractMethods.All.Values.SelectMany(method => method.File.EnumTypes).DistinctBy(type => type.FullName)
            .Where(type => type.Values.Any(v => v.Name.EndsWith("_QUARANTINE", StringComparison.Ordinal))).Select(type => type.FullName)
            .ShouldBeSubsetOf(["doseline.quality.v1.Disposition", "doseline.inventory.v1.LotStatus"]);
    }

    [Fact]
    [Requirement("A142", "A149")]
    public void A_status_is_set_by_its_own_row_along_the_table_and_elsewhere_it_is_a_copy()
    {
        var kept = ServiceAssemblies().SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.PropertyType == typeof(QualityStatus) && type.Name.EndsWith("Row", StringComparison.Ordinal))).ToList();
        kept.Where(property => property.SetMethod is { IsPrivate: true }).Select(Name).ShouldBe(Owners, ignoreOrder: true);
        kept.Where(property => property.SetMethod is { IsPrivate: false }).Select(Name).ShouldBe(Copies, ignoreOrder: true);
        kept.Where(property => property.SetMethod is { IsPrivate: true }).ShouldAllBe(property => typeof(IGxpRow).IsAssignableFrom(property.DeclaringType));

        static string Name(PropertyInfo property) => $"{property.DeclaringType!.Assembly.GetName().Name!["Doseline.".Length..]}.{property.DeclaringType.Name}.{property.Name}";
    }

    static IEnumerable<Assembly> ServiceAssemblies() => Local.Modules.All().Select(module => module.GetType().Assembly).Distinct();

    [GeneratedRegex(@"enum\s+(\w+)\s*\{([^}]*)\}")]
    private static partial Regex Enums();

    [GeneratedRegex(@"\b(Quarantine|Quarantined|Released|Rejected)\b(?=\s*(=\s*\d+)?\s*,)")]
    private static partial Regex StatusWords();

    [GeneratedRegex("\"(QUARANTINE|CONDITIONALLY_RELEASED|IN_PROCESS)\"")]
    private static partial Regex Spelled();
}
