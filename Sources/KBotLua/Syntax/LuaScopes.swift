/// What is in force at the place the parser has reached: functions, blocks, visible names, labels.
///
/// Every table here is keyed by name, so that the work does not grow with what is declared elsewhere.
struct LuaScopes {
    /// A local variable in force; nil for those a `for` loop keeps for itself.
    struct Active {
        let variable: LuaSyntax.VariableID?
        let name: String
        /// Its number among all that ever came into force.
        let serial: Int
    }

    /// A block that is open.
    struct Block {
        /// The number of variables in force when it was opened.
        let firstActive: Int
        /// The number of jumps the function had when it was opened.
        let firstJump: Int
        let isLoop: Bool
        /// The labels declared in it.
        var labels: [String] = []
    }

    /// A `goto` or `break` that waits for its label.
    struct Jump {
        /// Its number in the function.
        let number: Int
        let line: Int
        let offset: Int
        /// The number of variables that had come into force before it.
        let serial: Int
    }

    /// A function that is open.
    struct Function {
        let id: LuaSyntax.FunctionID
        /// The line in messages; 0 for the chunk.
        let line: Int
        let firstActive: Int
        var blocks: [Block] = []
        /// Variables declared and not yet in force.
        var declared = 0
        /// The outer variables it uses; nil is the table of globals.
        var upvalues: Set<LuaSyntax.VariableID?> = []
        /// The lines of the labels in force.
        var labels: [String: Int] = [:]
        var jumps: [String: [Jump]] = [:]
        var jumpCount = 0
    }

    var functions: [Function] = []
    var active: [Active] = []
    private var visible: [String: [LuaSyntax.VariableID]] = [:]
    private var serial = 0
    /// Look-ups so far.
    private(set) var steps = 0

    /// The innermost function; there is always the chunk.
    var function: Function {
        get { functions[functions.count - 1] }
        _modify { yield &functions[functions.count - 1] }
    }

    /// The innermost block of the innermost function.
    private var block: Block {
        get { function.blocks[function.blocks.count - 1] }
        _modify { yield &function.blocks[function.blocks.count - 1] }
    }

    // MARK: Functions and blocks

    mutating func openFunction(_ id: LuaSyntax.FunctionID, line: Int) {
        functions.append(Function(id: id, line: line, firstActive: active.count))
    }

    mutating func openBlock(isLoop: Bool = false) {
        function.blocks.append(
            Block(firstActive: active.count, firstJump: function.jumpCount, isLoop: isLoop)
        )
    }

    /// Closes the innermost block; `forget` is told every variable that goes out of force.
    mutating func closeBlock(_ forget: (LuaSyntax.VariableID) -> Void) {
        let closed = function.blocks.removeLast()
        if closed.isLoop { _ = land("break", after: closed.firstJump) }
        while active.count > closed.firstActive {
            let last = active.removeLast()
            steps += 1
            guard let variable = last.variable else { continue }
            visible[last.name]?.removeLast()
            forget(variable)
        }
        for label in closed.labels { function.labels[label] = nil }
    }

    /// Closes the innermost function and returns its first jump that has found no label.
    mutating func closeFunction() -> (label: String, jump: Jump)? {
        let closed = functions.removeLast()
        return closed.jumps.compactMap { name, jumps in jumps.first.map { (name, $0) } }
            .min { $0.1.number < $1.1.number }
    }

    // MARK: Names

    /// Brings declared variables into force.
    mutating func activate(_ variable: LuaSyntax.VariableID?, _ name: String) {
        function.declared -= 1
        active.append(Active(variable: variable, name: name, serial: serial))
        serial += 1
        if let variable { visible[name, default: []].append(variable) }
    }

    /// The local variable a name means; nil for a global.
    mutating func resolve(_ name: String) -> LuaSyntax.VariableID? {
        steps += 1
        return visible[name]?.last
    }

    /// Notes that the innermost function uses a variable of an outer one (`owner` is the index of that one); returns
    /// the line of a function that now has more than `limit` of them.
    mutating func capture(_ variable: LuaSyntax.VariableID?, from owner: Int, limit: Int) -> Int? {
        var first = functions.count
        while first - 1 > owner, !functions[first - 1].upvalues.contains(variable) { first -= 1 }
        for index in first..<functions.count {
            steps += 1
            guard functions[index].upvalues.count < limit else { return functions[index].line }
            functions[index].upvalues.insert(variable)
        }
        return nil
    }

    // MARK: Labels

    /// Declares a label and sends the waiting jumps to it; returns a jump that would skip a local variable, and the
    /// variable's name. At the end of its block a label counts as outside the block's variables.
    mutating func declareLabel(_ name: String, line: Int, isLast: Bool) -> (jump: Jump, variable: String)? {
        function.labels[name] = line
        block.labels.append(name)
        let landed = land(name, after: block.firstJump)
        guard !isLast, let newest = active.last, active.count > function.firstActive else { return nil }
        guard let jump = landed.first(where: { $0.serial <= newest.serial }) else { return nil }
        let skipped = active[function.firstActive...].first { $0.serial >= jump.serial }
        return (jump, skipped?.name ?? newest.name)
    }

    /// Lets a jump wait for its label.
    mutating func addJump(to name: String, line: Int, offset: Int) {
        let jump = Jump(number: function.jumpCount, line: line, offset: offset, serial: serial)
        function.jumps[name, default: []].append(jump)
        function.jumpCount += 1
    }

    /// Takes the waiting jumps to a name from the current block and the blocks closed in it, in their order.
    private mutating func land(_ name: String, after first: Int) -> [Jump] {
        var landed: [Jump] = []
        while let jump = function.jumps[name]?.last, jump.number >= first {
            landed.append(jump)
            function.jumps[name]?.removeLast()
            steps += 1
        }
        if function.jumps[name]?.isEmpty == true { function.jumps[name] = nil }
        return landed.reversed()
    }
}
