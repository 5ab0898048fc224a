using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Data;

/// <summary>One way of naming columns: <c>DueTime</c> is <c>due_time</c>.</summary>
static class Naming
{
    /// <summary>Snake case of a member name.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>Names every column and makes the version of every audited row its concurrency token.</summary>
    public static void Apply(ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties()) property.SetColumnName(Snake(property.Name));
            if (typeof(IGxpRow).IsAssignableFrom(entity.ClrType))
                entity.FindProperty(nameof(IGxpRow.Version))!.IsConcurrencyToken = true;
        }
    }
}
