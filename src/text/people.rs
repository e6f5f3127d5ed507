//! Messages about organisations, accounts and logging in.

messages! {
    /// Messages about organisations, accounts and logging in.
    People {
        role_officer: "采购经办", "Procurement officer";
        role_reviewer: "复核人", "Reviewer";
        role_hospital: "医疗机构", "Hospital";
        role_supplier: "申报企业", "Supplier";
        role_settlement: "结算经办", "Settlement";
        role_auditor: "审计", "Auditor";
        role_admin: "系统管理员", "Administrator";
        kind_bureau: "医保部门", "Bureau";
        kind_hospital: "医疗机构", "Hospital";
        kind_supplier: "申报企业", "Supplier";
        wrong_login: "账号或密码不正确，请核对后重试。", "Login or password is wrong. Please check and try again.";
        locked: "密码连续输错，账号已锁定至 {until}。请届时再试，或联系管理员解锁。", "Too many wrong passwords: the account is locked until {until}. Try again then, or ask an administrator to unlock it.";
        wrong_password: "原密码不正确，请重新输入。", "The present password is wrong. Please enter it again.";
        password_short: "密码至少 {n} 个字符，请加长。", "A password has at least {n} characters; make it longer.";
        password_long: "密码最多 {n} 个字符，请缩短。", "A password has at most {n} characters; make it shorter.";
        password_easy: "密码过于简单：不能包含账号，且至少用四个不同的字符。", "The password is too easy: it may not contain the login and needs at least four different characters.";
        passwords_differ: "两次输入的密码不一致，请重新输入。", "The two passwords differ. Enter them again.";
        code_taken: "代码 {code} 已属于另一家单位，请核对。", "Code {code} belongs to another organisation; please check it.";
        login_taken: "账号 {login} 已被使用，请换一个。", "Login {login} is taken; choose another.";
        empty: "此项必填。", "This field is required.";
        long: "此项不得超过 200 字。", "This field takes at most 200 characters.";
        login_malformed: "账号“{login}”只能用字母、数字、点、横线和下划线，最多 40 位。", "Login \"{login}\" may have only letters, digits, dots, hyphens and underscores, 40 at most.";
        email_malformed: "“{email}”不是有效的邮箱地址。", "\"{email}\" is not a mail address.";
        no_role: "请至少选择一个角色。", "Choose at least one role.";
        role_foreign: "角色“{role}”不适用于这类单位。", "The role {role} does not go with this kind of organisation.";
        own_rights: "不能停用自己的账号或取消自己的管理员角色，请由另一位管理员操作。", "You cannot deactivate yourself or take away your own administrator role; ask another administrator.";
        login_title: "登录", "Log in";
        login: "账号", "Login";
        password: "密码", "Password";
        log_in: "登录", "Log in";
        log_out: "退出登录", "Log out";
        organisations: "单位", "Organisations";
        accounts: "账号", "Accounts";
    }
}
